"""The form with which the staff give a workspace credit."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.ledger.grants import grant_by_hand
from billing.ledger.sql import payer_of
from billing.models.ledger import Grant
from billing.pages.words import IN_SECONDS, METER_NAMES
from billing.plans.catalogue import Meter
from tenants.models import Tenant

SECONDS_PER_MINUTE = 60
UNITS = {
    Meter.LIVE_SECONDS: gettext_lazy("minutes"),
    Meter.ENCODER_SECONDS: gettext_lazy("minutes"),
    Meter.VOICE_CHARACTERS: gettext_lazy("characters"),
    Meter.TOKENS: gettext_lazy("tokens"),
    Meter.MEDIA_SECONDS: gettext_lazy("minutes"),
}


def meter_choices() -> list[tuple[str, str]]:
    return [(meter.value, f"{METER_NAMES[meter]} ({UNITS[meter]})") for meter in Meter]


class CreditForm(forms.Form):
    """Asks what a workspace gets, until when, and why. The hidden key lets one form give credit once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    meter = forms.ChoiceField(label=gettext_lazy("Meter"), choices=meter_choices)
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity"),
        min_value=1,
        max_value=100_000_000,
        help_text=gettext_lazy("In the unit beside the meter's name."),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The last day on which it can be used. Leave it empty for no end."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=10,
        max_length=200,
        help_text=gettext_lazy(
            "The workspace's owner reads it in the audit log. For example: support request 4711."
        ),
    )

    def __init__(self, tenant: Tenant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tenant = tenant

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day is not None and day < timezone.localdate():
            raise ValidationError(_("This day is over."))
        return day

    def clean(self) -> None:
        if payer_of(self._tenant.id) != self._tenant.id:
            raise ValidationError(
                _("This workspace uses its agency's credit. Give the credit to the agency's workspace.")
            )

    def give(self, by: str) -> Grant:
        """Give the credit; a form that is sent twice gives it once."""
        asked = self.cleaned_data
        meter = Meter(asked["meter"])
        return grant_by_hand(
            tenant=self._tenant,
            meter=meter,
            quantity=asked["quantity"] * (SECONDS_PER_MINUTE if meter in IN_SECONDS else 1),
            reason=asked["reason"],
            by=by,
            key=f"manual:{self._tenant.id}:{asked['key']}",
            expires_at=self._expires_at(),
        )

    def _expires_at(self) -> datetime | None:
        day = self.cleaned_data["last_day"]
        return None if day is None else timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
