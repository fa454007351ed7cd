"""Warns lives whose workspace may not be on air any more, and ends them when their grace is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.ledger.balances import balances_of
from billing.plans.catalogue import Meter
from billing.plans.entitlements import entitlements_of
from billing.plans.live_grace import GraceReason, grace_reason, next_grace
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import notify_consoles, stop_session
from tenants.models import Tenant

FIELDS = ("plan_grace_reason", "plan_grace_ends_at", "credit_warnings")


@dataclass(frozen=True, slots=True)
class Standing:
    """Why the lives of a workspace may not go on, if so, and the warnings about its credit."""

    reason: GraceReason | None
    warnings: Mapping[str, int]


def review_lives(*, now: datetime) -> int:
    """Warn all started lives and end their graces; return how many lives changed. Idempotent."""
    started = LiveSession.objects.filter(start_requested_at__isnull=False, stop_requested_at=None)
    open_lives = list(started.exclude(status=LiveSession.Status.ENDED).select_related("show"))
    standings = {each: _standing_of(each, now) for each in {live.tenant_id for live in open_lives}}
    return sum([_review(live, standings[live.tenant_id], now) for live in open_lives])


def _standing_of(tenant_id: UUID, now: datetime) -> Standing:
    entitlements = entitlements_of(tenant_id, now=now)
    if entitlements.is_self_hosted:
        return Standing(None, {})
    balances = balances_of(Tenant(id=entitlements.payer_id), now=now)
    on_air = balances[Meter.LIVE_SECONDS]
    reason = grace_reason(entitlements, unused_s=on_air.granted - on_air.used)
    silent = {Meter.LIVE_SECONDS} if reason is GraceReason.HOURS_USED_UP else set()  # the grace says it
    found = {
        str(meter): balance.warned_at_percent for meter, balance in balances.items() if meter not in silent
    }
    return Standing(reason, {meter: percent for meter, percent in found.items() if percent})


def _review(live: LiveSession, standing: Standing, now: datetime) -> bool:
    grace = next_grace(live.plan_grace, standing.reason, now=now)
    if grace is not None and grace.ends_at <= now:
        stop_session(session=live, because=LiveSession.EndReason.PLAN_ENDED)
        return True
    before = [getattr(live, name) for name in FIELDS]
    live.plan_grace_reason = grace.reason if grace else ""
    live.plan_grace_ends_at = grace.ends_at if grace else None
    live.credit_warnings = dict(standing.warnings)
    if [getattr(live, name) for name in FIELDS] == before:
        return False
    live.save(update_fields=FIELDS)
    notify_consoles(live)
    return True
