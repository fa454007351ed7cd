import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from tenants.models import Tenant


class UsageEntry(models.Model):
    """One quantity that was used; `kind` is a `UsageKind`. The database refuses updates and deletions.

    The table is partitioned by `month` (UTC's month of `at`), so the key is unique together with it. Its
    rows are written by `billing_write_usage` only, which keeps the sums below in the same transaction.
    """

    # Made when the usage is recorded: a repeated write changes nothing.
    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField(editable=False)
    # Null: what the installation used for itself, such as the measurement of a voice.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # The live that it was used for, a row of a higher app; null: outside a live.
    live_id = models.UUIDField(_("live"), null=True)
    at = models.DateTimeField(_("time"))
    kind = models.CharField(_("kind"), max_length=24)
    quantity = models.BigIntegerField(_("quantity"))
    cost_micro_eur = models.BigIntegerField(_("estimated cost (µ€)"))
    provider = models.CharField(_("provider"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)

    objects: ClassVar[models.Manager["UsageEntry"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "usage entries"
        indexes = [models.Index(fields=["tenant", "-at"], name="billing_usage_by_tenant")]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class UsageDay(models.Model):
    """The sum of a workspace's usage entries of a day (UTC), by kind, provider and model."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=24)
    provider = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=120, blank=True)
    quantity = models.BigIntegerField()
    cost_micro_eur = models.BigIntegerField()

    objects: ClassVar[models.Manager["UsageDay"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "day", "kind", "provider", "model"], name="billing_one_sum_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.quantity}"


class UsageMonth(models.Model):
    """The sum of a workspace's usage entries of a calendar month (UTC), by kind, provider and model."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    kind = models.CharField(max_length=24)
    provider = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=120, blank=True)
    quantity = models.BigIntegerField()
    cost_micro_eur = models.BigIntegerField()

    objects: ClassVar[models.Manager["UsageMonth"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "month", "kind", "provider", "model"], name="billing_one_sum_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind} {self.quantity}"


class UsageLive(models.Model):
    """The sum of the usage entries of one live, by kind."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    live_id = models.UUIDField()
    kind = models.CharField(max_length=24)
    quantity = models.BigIntegerField()
    cost_micro_eur = models.BigIntegerField()
    last_at = models.DateTimeField()

    objects: ClassVar[models.Manager["UsageLive"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["live_id", "kind"], name="billing_one_sum_a_live_and_kind")
        ]
        indexes = [models.Index(fields=["tenant", "-last_at"], name="billing_lives_by_use")]

    def __str__(self) -> str:
        return f"{self.live_id} {self.kind} {self.quantity}"


class Grant(models.Model):
    """A quantity of one meter that a workspace may use: a month of its plan, a pack, or a gift of the staff.

    Only `billing_spend` raises `used`, and `billing/ledger/grants.py` writes the rest.
    """

    class Source(models.TextChoices):
        PLAN = "plan", pgettext_lazy("billing", "Plan")
        TRIAL = "trial", _("Trial")
        PACK = "pack", _("Credit pack")
        MANUAL = "manual", _("Given by us")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=160, unique=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    meter = models.CharField(_("meter"), max_length=24)
    quantity = models.BigIntegerField(_("quantity"))
    used = models.BigIntegerField(_("used"), default=0)
    starts_at = models.DateTimeField(_("from"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)  # null: never
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    granted_by = models.CharField(_("granted by"), max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Grant"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("quantity")),
                name="billing_a_grant_is_never_overspent",
            )
        ]
        indexes = [models.Index(fields=["tenant", "meter", "expires_at"], name="billing_grants_by_meter")]

    def __str__(self) -> str:
        return f"{self.meter} {self.used}/{self.quantity}"

    @property
    def left(self) -> int:
        return self.quantity - self.used

    def is_active(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.expires_at is None or self.expires_at > now)


class Reservation(models.Model):
    """A quantity that is held back for a use that has begun, so that nobody else spends it.

    One that is open after `expires_at` holds nothing any more.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    key = models.CharField(primary_key=True, max_length=160)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    meter = models.CharField(max_length=24)
    quantity = models.BigIntegerField()
    # What was used under it, and how much of that no grant covered: nobody pays that.
    used = models.BigIntegerField(default=0)
    uncovered = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Reservation"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0, used__gte=0, uncovered__gte=0),
                name="billing_a_reservation_is_never_negative",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "meter"], condition=Q(state="open"), name="billing_open_reservations"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state="open"), name="billing_reservations_by_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.quantity}"


class CreditWarning(models.Model):
    """The record that a workspace has used 80, 95 or 100 % of a meter in a period; once each."""

    PERCENTS = (80, 95, 100)

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    meter = models.CharField(max_length=24)
    # The start of the newest grant: a new month or a new pack begins a new period of warnings.
    period_start = models.DateTimeField()
    percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["CreditWarning"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "meter", "period_start", "percent"], name="billing_one_warning_a_period"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(mailed_at=None), name="billing_warnings_to_mail")]

    def __str__(self) -> str:
        return f"{self.meter} {self.percent} %"
