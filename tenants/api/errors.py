"""The shape of all REST API errors: `detail` for people, `code` for programs, `errors` for each field."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from tenants.api.request_ids import request_id_of
from tenants.errors import AppError
from tenants.text import clean_text

MAX_FIELD_NAME = 100
MAX_PROBLEM = 2_000


class AppRefusal(APIException):
    """Carries an app's own error through the REST framework."""

    def __init__(self, error: AppError) -> None:
        unavailable = _("This cannot be reached right now. Try again in a moment.")
        super().__init__(error.user_message or unavailable, error.code)
        self.status_code = error.status


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the JSON response of an expected error; None for an unexpected one."""
    refusal = _api_exception(error)
    response = exception_handler(refusal, context)
    if response is None:
        return None
    if isinstance(refusal, ValidationError):
        response.data = {
            "detail": _("Some fields are not valid."),
            "code": ValidationError.default_code,
            "errors": by_field(response.data),
        }
    elif isinstance(refusal, APIException):
        response.data["code"] = refusal.get_codes()
    response.data["request_id"] = request_id_of(context["request"]._request)
    return response


def _api_exception(error: Exception) -> Exception:
    if isinstance(error, AppError):
        return AppRefusal(error)
    if isinstance(error, Http404):
        return NotFound()  # with a fixed text that does not reveal which rows exist
    return error


def by_field(problems: Any) -> dict[str, list[str]]:
    """Flatten nested problems: `{"source_options": {"seed": […]}}` becomes `{"source_options.seed": […]}`.

    Problems may quote the input, so they are cleaned and cut.
    """
    if not isinstance(problems, dict):
        return {api_settings.NON_FIELD_ERRORS_KEY: [_cleaned(problem) for problem in problems]}
    flat: dict[str, list[str]] = {}
    for field, found in problems.items():
        name = clean_text(str(field), MAX_FIELD_NAME)
        if isinstance(found, dict):
            flat.update({f"{name}.{inner}": texts for inner, texts in by_field(found).items()})
        else:
            flat[name] = [_cleaned(problem) for problem in found]
    return flat


def _cleaned(problem: Any) -> str:
    return clean_text(str(problem), MAX_PROBLEM)
