from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Tenant


class LiveGrace(models.Model):
    """The last minutes of a live whose workspace may not be on air any more."""

    class Reason(models.TextChoices):
        TRIAL_ENDED = "trial_ended", _("The trial has ended.")
        PAYMENT_OVERDUE = "payment_overdue", _("A payment is overdue.")
        PLAN_ENDED = "plan_ended", _("The plan has ended.")
        HOURS_USED_UP = "hours_used_up", _("The live hours of the plan are used up.")

    # Lives are a higher app's rows, so the live is known by its id only.
    live_id = models.UUIDField(unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    began_at = models.DateTimeField(_("began"))
    ends_at = models.DateTimeField(_("ends"), db_index=True)

    objects: ClassVar[models.Manager["LiveGrace"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "live graces"

    def __str__(self) -> str:
        return f"{self.live_id} · {self.reason}"
