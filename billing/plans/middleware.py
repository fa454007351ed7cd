from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from billing.errors import PlanRefused


class PlanRefusalMiddleware:
    """Shows a door's refusal that no page has shown beside its form: its sentence and the way to the plan.

    A request of htmx has the page loaded again, with the sentence as a message.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, PlanRefused):
            return None
        if request.headers.get("HX-Request"):
            messages.error(request, exception.user_message)
            return HttpResponse(status=exception.status, headers={"HX-Refresh": "true"})
        context = {"refusal": exception.user_message, "may_pay": may_pay(request)}
        return render(request, "billing/plan_refused.html", context, status=exception.status)


def may_pay(request: HttpRequest) -> bool:
    """Return whether the visitor sees pages of money: an owner or admin of the workspace."""
    membership = getattr(request, "membership", None)
    return membership is not None and membership.may_act_as(membership.Role.ADMIN)
