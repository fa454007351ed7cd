"""The form with which the staff export the invoices of a time."""

import io
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.subscriptions.exports import export_invoices
from tenants import audit

MOST_DAYS: Final = 366


def last_month() -> tuple[date, date]:
    """Return the first and the last day of the month before this one."""
    last = timezone.now().date().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExportForm(forms.Form):
    """Asks for the first and the last day (UTC); offers the last month. A request writes a year at most."""

    first = forms.DateField(
        label=gettext_lazy("First day"), initial=lambda: last_month()[0], widget=_day_input()
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"),
        initial=lambda: last_month()[1],
        widget=_day_input(),
        help_text=gettext_lazy("Both days are included, and begin at midnight UTC."),
    )

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        first, last = asked.get("first"), asked.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("This day is before the first one.")))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", ValidationError(_("Export one year at most at a time.")))
        return asked

    @property
    def file_name(self) -> str:
        return f"invoices-{self.cleaned_data['first']}-{self.cleaned_data['last']}.csv"

    def export(self) -> str:
        """Return the CSV; it is audited who took which days."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        out = io.StringIO()
        count = export_invoices(out, first=first, last=last, livemode=settings.STRIPE_LIVE_MODE)
        detail = {"first": first.isoformat(), "last": last.isoformat(), "invoices": count}
        audit.record("invoices.exported", None, label=self.file_name, detail=detail)
        return out.getvalue()
