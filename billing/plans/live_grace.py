"""What happens to a running live when its workspace may not be on air any more.

It goes on until its own end, for at most `LIVE_GRACE_MINUTES`. The creator is warned; viewers hear nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from billing.plans.catalogue import LIVE_GRACE_MINUTES
from billing.plans.entitlements import Entitlements, ReadOnlyReason

GRACE = timedelta(minutes=LIVE_GRACE_MINUTES)


class GraceReason(models.TextChoices):
    """Why a running live may not go on."""

    TRIAL_ENDED = "trial_ended", _("Your trial has ended.")
    PAYMENT_OVERDUE = "payment_overdue", _("A payment is overdue.")
    PLAN_ENDED = "plan_ended", _("Your plan has ended.")
    HOURS_USED_UP = "hours_used_up", _("The live hours of your plan are used up.")


@dataclass(frozen=True, slots=True)
class LiveGrace:
    """The last minutes of a live."""

    reason: GraceReason
    ends_at: datetime


def grace_reason(entitlements: Entitlements, *, unused_s: int) -> GraceReason | None:
    """Return why a workspace's lives may not go on; None while they may.

    `unused_s`: the seconds on air that are not used yet, also what running lives have reserved.
    """
    if entitlements.is_self_hosted:
        return None
    if entitlements.is_read_only:
        return GraceReason(entitlements.why or ReadOnlyReason.PLAN_ENDED)
    return GraceReason.HOURS_USED_UP if unused_s <= 0 else None


def next_grace(current: LiveGrace | None, reason: GraceReason | None, *, now: datetime) -> LiveGrace | None:
    """Return a live's grace from now on: begun, the same, or none because the right is back.

    Another reason than before does not make it longer.
    """
    if reason is None:
        return None
    return LiveGrace(reason, current.ends_at if current else now + GRACE)


def warning_text(grace: LiveGrace, *, now: datetime) -> str:
    """Return what the creator reads while a live's last minutes run."""
    minutes = max(0, -int((now - grace.ends_at).total_seconds() // 60))
    ends = ngettext(
        "This live ends in %(minutes)s minute at the latest.",
        "This live ends in %(minutes)s minutes at the latest.",
        minutes,
    )
    return f"{grace.reason.label} {ends % {'minutes': minutes}}"
