"""A running live whose workspace may not be on air any more."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import override
from django_scopes import scope
from rest_framework.test import APIClient

from billing.ledger.grants import grant
from billing.ledger.sql import lock_credit, use_credit
from billing.models.ledger import Grant
from billing.plans.catalogue import Meter
from billing.plans.live_grace import GraceReason, LiveGrace, next_grace, warning_text
from livesessions.console.facts import LiveFacts
from livesessions.console.headline import headline_of
from livesessions.console.presenter import with_state
from livesessions.console.publisher import state_message
from livesessions.models.sessions import LiveSession
from livesessions.services import plan_grace, sessions
from livesessions.services.plan_grace import review_lives
from livesessions.services.sessions import stop_session
from livesessions.worker import leases
from tenants.models import User
from tests.billing.plans import give_plan

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def live(
    session: LiveSession, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveSession]:
    """A live on a worker, of a workspace with a plan."""
    settings.BILLING_ENABLED = True
    give_plan(session.tenant, "self")
    with scope(tenant=session.tenant):  # on a slow machine the fixtures come long after NOW
        Grant.objects.filter(tenant=session.tenant).update(starts_at=NOW - timedelta(days=1))
    monkeypatch.setattr(sessions, "send_command", lambda *args: None)
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(start_requested_at=NOW)
        claimed = leases.claim(session_id=session.id, owner="worker-1")
        assert claimed is not None
        yield claimed


def use(live: LiveSession, percent: int) -> None:
    """Use so much of the month's characters, by the ledger's own function."""
    granted = Grant.objects.get(tenant=live.tenant, meter=Meter.VOICE_CHARACTERS, source="plan").quantity
    with transaction.atomic():
        lock_credit(live.tenant_id)
        use_credit(live.tenant_id, Meter.VOICE_CHARACTERS, granted * percent // 100, "", NOW)


def review(live: LiveSession, minutes: int) -> LiveSession:
    review_lives(now=NOW + minutes * MINUTE)
    live.refresh_from_db()
    return live


def test_a_live_within_its_plan_is_left_alone(live: LiveSession) -> None:
    assert review_lives(now=NOW) == 0
    assert review(live, 0).plan_grace is None


def test_a_live_whose_plan_ended_goes_on_for_30_minutes_and_is_then_stopped_with_its_reason(
    live: LiveSession,
) -> None:
    give_plan(live.tenant, "self", "ended")
    assert review(live, 0).plan_grace == LiveGrace(GraceReason.PLAN_ENDED, NOW + 30 * MINUTE)
    assert review(live, 29).stop_requested_at is None
    assert review(live, 30).stop_requested_at is not None
    # The worker obeys as with every stop; the row knows why.
    assert leases.finish(session_id=live.id, owner="worker-1", reason="stopped", counts={})
    live.refresh_from_db()
    assert live.end_reason == LiveSession.EndReason.PLAN_ENDED
    assert "30 minutes" in live.end_reason_text


def test_a_live_whose_worker_is_gone_ends_with_the_same_reason(live: LiveSession) -> None:
    give_plan(live.tenant, "self", "ended")
    review(live, 0)
    LiveSession.objects.filter(id=live.id).update(lease_expires_at=NOW - MINUTE)
    assert review(live, 30).end_reason == LiveSession.EndReason.PLAN_ENDED


def test_a_payment_during_the_grace_lifts_it(live: LiveSession) -> None:
    give_plan(live.tenant, "self", "read_only", grace_until=NOW)
    assert review(live, 0).plan_grace_reason == GraceReason.PAYMENT_OVERDUE
    give_plan(live.tenant, "self")
    assert review(live, 10).plan_grace is None
    assert review(live, 60).stop_requested_at is None


def test_a_live_that_a_person_stops_during_the_grace_was_stopped_by_a_person(live: LiveSession) -> None:
    give_plan(live.tenant, "self", "ended")
    review(live, 0)
    stop_session(session=live)
    leases.finish(session_id=live.id, owner="worker-1", reason="stopped", counts={})
    live.refresh_from_db()
    assert live.end_reason == LiveSession.EndReason.STOPPED


def test_hours_that_run_out_begin_the_grace(live: LiveSession) -> None:
    Grant.objects.filter(meter=Meter.LIVE_SECONDS).update(used=F("quantity"))
    assert review(live, 0).plan_grace_reason == GraceReason.HOURS_USED_UP


@pytest.mark.parametrize(("percent", "warned"), [(79, 0), (80, 80), (94, 80), (95, 95)])
def test_a_live_is_warned_of_credit_that_is_nearly_used_up(
    live: LiveSession, percent: int, warned: int
) -> None:
    use(live, percent)
    assert review(live, 0).credit_warnings == ({"voice_characters": warned} if warned else {})
    assert state_message(live)["credit_warnings"] == live.credit_warnings
    assert review_lives(now=NOW) == 0
    assert live.plan_grace is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "96 % of your voice characters are used. When all are used, your host goes on with a",
        ),
        ("it", "caratteri"),
        ("de", "Sprachzeichen"),
    ],
)
def test_the_console_warns_of_credit_in_the_readers_language_whom_it_concerns(
    live: LiveSession, language: str, words: str
) -> None:
    live.credit_warnings = {"voice_characters": 96}

    def shown_to(*, may_control: bool) -> LiveFacts:
        return with_state(LiveFacts(), {"session": live, "phase": "on_air", "may_control": may_control})

    with override(language):
        shown = headline_of(shown_to(may_control=True))
        assert words in shown.text
        assert shown.tone == "wary"
        assert words not in headline_of(shown_to(may_control=False)).text
    live.credit_warnings = {"voice_characters": 80}
    first = shown_to(may_control=True)
    assert (first.is_credit_short, "built-in" in first.credit_warning) == (False, False)


def test_more_credit_ends_the_warning(live: LiveSession) -> None:
    use(live, 96)
    assert review(live, 0).credit_warnings
    grant(
        tenant_id=live.tenant_id,
        meter=Meter.VOICE_CHARACTERS,
        quantity=1_000_000,
        source=Grant.Source.PACK,
        key="pack",
        starts_at=NOW,
        expires_at=None,
    )
    assert review(live, 1).credit_warnings == {}


def test_the_api_says_which_warning_a_meter_has(
    live: LiveSession, alice: User, api_for: Callable[[User], APIClient]
) -> None:
    use(live, 81)
    balances = api_for(alice).get("/api/v1/billing/").json()["balances"]
    warned = {each["meter"]: each["warned_at_percent"] for each in balances}
    assert warned == {**dict.fromkeys(warned, 0), "voice_characters": 80}


def test_another_reason_makes_the_grace_no_longer() -> None:
    first = next_grace(None, GraceReason.HOURS_USED_UP, now=NOW)
    second = next_grace(first, GraceReason.PLAN_ENDED, now=NOW + 20 * MINUTE)
    assert second == LiveGrace(GraceReason.PLAN_ENDED, NOW + 30 * MINUTE)


def test_the_warning_names_the_minutes_that_are_left() -> None:
    grace = LiveGrace(GraceReason.TRIAL_ENDED, NOW + 30 * MINUTE)
    assert "30 minutes" in warning_text(grace, now=NOW)
    assert "1 minute " in warning_text(grace, now=NOW + 29.5 * MINUTE)


@pytest.mark.parametrize("phase", ["on_air", "muted"])
def test_the_console_warns_before_everything_else(phase: str) -> None:
    headline = headline_of(LiveFacts(phase=phase, plan_warning="Your trial has ended."))
    assert headline.tone == "wary"
    assert headline.text.startswith("Your trial has ended.")
    assert headline_of(LiveFacts(phase="ended", plan_warning="Your trial has ended.")).tone == "calm"


def test_the_api_says_when_and_why_the_live_ends(
    live: LiveSession, alice: User, api_for: Callable[[User], APIClient]
) -> None:
    give_plan(live.tenant, "self", "ended")
    review_lives(now=timezone.now())
    answer = api_for(alice).get(f"/api/v1/sessions/{live.id}/").json()
    assert answer["plan_grace_ends_at"]
    assert answer["plan_warning"].startswith("Your plan has ended.")


def test_a_change_is_sent_to_the_open_consoles(live: LiveSession, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[LiveSession] = []
    monkeypatch.setattr(plan_grace, "notify_consoles", told.append)
    give_plan(live.tenant, "self", "ended")
    review_lives(now=NOW)
    review_lives(now=NOW + MINUTE)
    assert told == [live]
