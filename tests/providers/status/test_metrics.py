"""What Prometheus reads: the figure of each objective, and no word of a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from prometheus_client import REGISTRY
from redis import Redis

from livesessions.kill.acknowledgements import acknowledge
from livesessions.kill.parts import PartName
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.worker import leases
from providers.status.metrics import stages_of
from providers.status.middleware import part_of
from tenants.models import User
from website.installation_metrics import InstallationCollector


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def read() -> str:
    answer = Client(headers={"authorization": "Bearer metrics-of-the-tests"}).get("/metrics")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_requests_are_counted_by_part_and_status(redis_client: Redis) -> None:
    before = value("vivavoce_http_requests_total", part="api", status="4xx")
    Client().get("/api/v1/shows/")
    assert value("vivavoce_http_requests_total", part="api", status="4xx") == before + 1
    assert 'vivavoce_http_request_seconds_bucket{le="0.5",part="api"}' in read()


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/api/v1/shows/", "api"),
        ("/overlay/secret/", "overlay"),
        ("/stripe/webhook/1/", "webhook"),
        ("/shows/", "page"),
    ],
)
def test_a_path_counts_for_its_part(path: str, part: str) -> None:
    assert part_of(path) == part


def test_the_stages_of_a_reply_leave_the_queue_out() -> None:
    assert dict(stages_of(2_000, 2_400, 2_700)) == {"model": 0.4, "voice": 0.3, "total": 0.7}
    assert dict(stages_of(2_000, None, 2_100)) == {"model": 0.0, "voice": 0.1, "total": 0.1}
    assert dict(stages_of(2_000, 2_400, None)) == {}


def test_a_live_that_was_lost_is_measured_and_a_new_one_is_not(session: LiveSession) -> None:
    before = value("vivavoce_takeover_seconds_count")
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(start_requested_at=timezone.now())
        assert leases.claim(session_id=session.id, owner="one")
        assert value("vivavoce_takeover_seconds_count") == before
        lost_at = timezone.now() - timedelta(seconds=1)
        LiveSession.objects.filter(id=session.id).update(lease_expires_at=lost_at)
        assert leases.claim(session_id=session.id, owner="two")
    assert value("vivavoce_takeover_seconds_count") == before + 1


def test_kills_are_measured_from_the_press_to_the_first_silent_page(session: LiveSession) -> None:
    with scope(tenant=session.tenant):
        Kill.objects.create(
            session=session,
            tenant=session.tenant,
            way="console",
            pressed_at=timezone.now() - timedelta(seconds=4),
            parts=["overlay"],
        )
        acknowledge(session=session, part=PartName.OVERLAY, source="page")
    found = {metric.name: metric for metric in InstallationCollector().collect()}
    buckets = {
        each.labels["le"]: each.value
        for each in found["vivavoce_kill_silent_seconds"].samples
        if each.name.endswith("_bucket")
    }
    assert (buckets["2.0"], buckets["30.0"], buckets["+Inf"]) == (0, 1, 1)


def test_the_installation_is_in_the_figures_and_nobodys_name(
    alice: User, client_for: Callable[[User], Client], session: LiveSession, redis_client: Redis
) -> None:
    client_for(alice).get(f"/sessions/{session.id}/")
    text = read()
    assert "vivavoce_workers 0.0" in text
    assert 'vivavoce_queue_jobs{queue="background"}' in text
    for word in (alice.email, str(session.id), str(session.tenant_id), session.tenant.name):
        assert word not in text
