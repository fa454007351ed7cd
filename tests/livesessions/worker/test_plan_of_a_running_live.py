"""A live on a real worker whose workspace's plan ends while it is on air."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from billing.plans import live_grace
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.plan_tasks import end_lives_beyond_plan
from speech.models import VoiceProfile
from tenants.models import Tenant
from tests.billing.plans import give_plan
from tests.livesessions.worker.worker_processes import go_on_air, speaking_since, until, workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

GRACE = timedelta(seconds=2)


@pytest.fixture
def billed(
    tenant: Tenant, redis_client: Redis, settings: LazySettings, server_environment: dict[str, str]
) -> dict[str, str]:
    """The environment of a worker that bills, as this process does; the workspace has a plan."""
    settings.BILLING_ENABLED = True
    give_plan(tenant, "self")
    return {**server_environment, "BILLING_ENABLED": "true"}


def eager_live(tenant: Tenant) -> None:
    """Start a live whose host may always speak, in a room that always talks, with a built-in voice."""
    go_on_air(tenant, lives=1, rate_per_minute=200)
    with scopes_disabled():
        Show.objects.update(cooldown_min_s=0.0, cooldown_max_s=0.0)
        VoiceProfile.objects.update(provider=VoiceProfile.Provider.ESPEAK)


def the_live() -> LiveSession:
    return LiveSession.objects.select_related("show").get()


def reviewed() -> LiveSession:
    """Do what the background job does each minute, and return the live."""
    end_lives_beyond_plan.call_local()
    return the_live()


def test_a_live_that_its_plan_no_longer_allows_is_warned_and_then_ended_by_its_worker(
    tenant: Tenant, billed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_grace, "GRACE", GRACE)
    with workers(billed, tmp_path) as start_worker:
        began = timezone.now()
        eager_live(tenant)
        worker = start_worker(capacity=1)
        until(lambda: speaking_since(began))
        assert until(reviewed).plan_warning == ""

        give_plan(tenant, "self", "ended")
        warned, warned_at = until(reviewed), timezone.now()
        assert warned.plan_warning.startswith("Your plan has ended.")
        assert (warned.status, warned.lease_owner) == ("active", worker.owner)
        until(lambda: ChatEvent.objects.filter(received_at__gt=warned_at).exists())
        ended = until(reviewed, lambda live: live.status == "ended")
        worker.stop()

    assert warned.plan_grace_ends_at is not None
    assert ended.end_reason == LiveSession.EndReason.PLAN_ENDED
    assert ended.ended_at is not None
    assert ended.stop_requested_at is not None
    assert warned.plan_grace_ends_at <= ended.stop_requested_at <= ended.ended_at
    assert ended.counts, "the worker wrote the end, with what only it knows"
