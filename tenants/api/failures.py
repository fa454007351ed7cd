"""The answers to failures outside the API's views: JSON below `/api/`, Django's own page elsewhere."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from tenants.api import problems
from tenants.api.request_ids import request_id_of

PREFIX = "/api/"


def answer_failure(request: HttpRequest, problem: problems.Problem, detail: str) -> JsonResponse:
    """Return an error in the API's shape."""
    body = {"detail": detail, "code": problem.code, "request_id": request_id_of(request)}
    return JsonResponse(body, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception, **kwargs: Any) -> HttpResponseBase:
    if request.path.startswith(PREFIX):
        return answer_failure(request, problems.MALFORMED, _("The request is not valid HTTP."))
    return defaults.bad_request(request, exception, **kwargs)


def not_found(request: HttpRequest, exception: Exception, **kwargs: Any) -> HttpResponseBase:
    if request.path.startswith(PREFIX):
        return answer_failure(request, problems.NOT_FOUND, _("Not found."))
    return defaults.page_not_found(request, exception, **kwargs)


def server_error(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    if request.path.startswith(PREFIX):
        words = _("Something broke on our side. Try again; if it stays, send us the request's id.")
        return answer_failure(request, problems.SERVER_ERROR, words)
    page: HttpResponse = defaults.server_error(request, **kwargs)
    return page
