from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Tenant

# Stripe's own word about a cancelled plan comes first; this long after its end we no longer wait for it.
CANCELLATION_SLACK: Final = timedelta(hours=1)


class BillingAccount(models.Model):
    """What a workspace has bought, until when, and to whom its invoices are addressed.

    Only the projector and the services of `billing/plans/` write the plan, the state and the times.
    """

    class State(models.TextChoices):
        TRIAL = "trial", _("Trial")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Payment failed")
        READ_ONLY = "read_only", _("Read-only")
        ENDED = "ended", _("Ended")

    class Interval(models.TextChoices):
        MONTH = "month", _("Monthly")
        YEAR = "year", _("Yearly")

    tenant = models.OneToOneField(
        Tenant, on_delete=models.CASCADE, primary_key=True, related_name="billing_account"
    )
    # The agency's account whose plan this workspace uses; null: it has its own plan.
    paid_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="paid_accounts"
    )
    # A key of `billing/plans/catalogue.py: PLANS`.
    plan = models.CharField(_("plan"), max_length=20, default="trial")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.TRIAL)
    interval = models.CharField(_("billing interval"), max_length=5, choices=Interval, default=Interval.MONTH)
    # Null in a trial that has not begun, because the installation does not bill yet.
    trial_ends_at = models.DateTimeField(_("end of the trial"), null=True, blank=True)
    period_start = models.DateTimeField(_("start of the period"), null=True, blank=True)
    period_end = models.DateTimeField(_("end of the period"), null=True, blank=True)
    # Set while a payment is overdue: until then everything works.
    grace_until = models.DateTimeField(_("end of the grace"), null=True, blank=True)
    # Set when the subscription was cancelled: its last moment.
    cancel_at = models.DateTimeField(_("cancelled for"), null=True, blank=True)
    state_changed_at = models.DateTimeField(null=True, editable=False)
    # Keys of `ADD_ONS` with their quantities.
    add_ons: "models.JSONField[dict[str, int]]" = models.JSONField(_("add-ons"), default=dict, blank=True)
    # Which mails of the present trial or grace were sent; emptied with each change of state.
    sent_notices: "models.JSONField[list[str]]" = models.JSONField(default=list, blank=True, editable=False)
    # The most that one live may cost, in millionths of a euro; null: the plan alone limits it.
    live_cap_micro_eur = models.BigIntegerField(_("limit per live"), null=True, blank=True)

    company_name = models.CharField(_("company"), max_length=200, blank=True)
    address_line = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province"), max_length=50, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166-1 alpha-2
    vat_id = models.CharField(_("VAT ID"), max_length=20, blank=True)
    # For Italian e-invoices: the recipient's code (codice destinatario) or certified mail (PEC), and the
    # tax code (codice fiscale).
    recipient_code = models.CharField(_("codice destinatario"), max_length=7, blank=True)
    certified_email = models.EmailField(_("certified e-mail (PEC)"), blank=True)
    fiscal_code = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["BillingAccount"]] = ScopedManager(tenant="tenant")

    class Meta:
        indexes = [models.Index(fields=["state"], name="billing_account_by_state")]

    def __str__(self) -> str:
        return f"{self.plan} · {self.state}"

    def is_over(self, now: datetime) -> bool:
        """Return whether a cancelled plan has ended, though Stripe may not have said so yet."""
        return self.cancel_at is not None and self.cancel_at + CANCELLATION_SLACK <= now

    def enter(self, state: State, *, at: datetime) -> None:
        """Change the state; the mails of the earlier one no longer count as sent. Saves nothing."""
        if state != self.state:
            self.state = state
            self.state_changed_at = at
            self.sent_notices = []
