"""Warns lives whose workspace may not be on air any more, and ends them when their grace is over."""

from datetime import datetime

from billing.plans.live_grace import GraceReason, LiveGrace, grace_reason, next_grace
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import notify_consoles, stop_session


def review_lives(*, now: datetime) -> int:
    """Begin, lift and end the graces of all started lives; return how many lives changed. Idempotent."""
    started = LiveSession.objects.filter(start_requested_at__isnull=False, stop_requested_at=None)
    open_lives = started.exclude(status=LiveSession.Status.ENDED).select_related("show")
    reasons = {
        each: grace_reason(each, now=now) for each in set(open_lives.values_list("tenant_id", flat=True))
    }
    return sum([_review(live, reasons.get(live.tenant_id), now) for live in open_lives])


def _review(live: LiveSession, reason: GraceReason | None, now: datetime) -> bool:
    before = live.plan_grace
    grace = next_grace(before, reason, now=now)
    if grace is not None and grace.ends_at <= now:
        stop_session(session=live, because=LiveSession.EndReason.PLAN_ENDED)
        return True
    if grace == before:
        return False
    _store(live, grace)
    notify_consoles(live)
    return True


def _store(live: LiveSession, grace: LiveGrace | None) -> None:
    live.plan_grace_reason = grace.reason if grace else ""
    live.plan_grace_ends_at = grace.ends_at if grace else None
    live.save(update_fields=["plan_grace_reason", "plan_grace_ends_at"])
