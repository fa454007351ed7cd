"""Pages around the log-in that differ from the library's."""

from typing import Any

from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.views import ConfirmEmailView as AllauthConfirmEmailView
from allauth.account.views import get_emailconfirmation_model
from django.http import HttpRequest, HttpResponse


class ConfirmEmailView(AllauthConfirmEmailView):  # type: ignore[misc]  # the library has no types
    """Confirms an address at once in the browser that has signed up with it.

    In any other browser a button confirms it, because programs that scan mails open links too.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _has_signed_up_here(request, kwargs["key"]):
            response: HttpResponse = self.post(request, *args, **kwargs)
        else:
            response = super().get(request, *args, **kwargs)
        return response


def _has_signed_up_here(request: HttpRequest, key: str) -> bool:
    confirmation = get_emailconfirmation_model().from_key(key)
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    if confirmation is None or stage is None or stage.login.user is None:
        return False
    return bool(stage.login.user.pk == confirmation.email_address.user_id)


confirm_email = ConfirmEmailView.as_view()
