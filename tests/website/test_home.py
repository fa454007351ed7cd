"""A member's home: what to do next, what is live, the last lives, usage and health."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker import registry
from livesessions.worker.registry import Capacity
from providers.redis import async_redis
from tenants.models import Tenant, User
from tenants.threads import in_thread
from website.home import health
from website.home.health import health_of
from website.models import Onboarding

ClientFor = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("redis_client")


@pytest.fixture
def ended(session: LiveSession) -> LiveSession:
    """Return a live of 42 minutes with 1,234 messages and two replies, one of them not said."""
    now = timezone.now()
    session.status, session.counts = LiveSession.Status.ENDED, {"decoded": 1234}
    session.started_at, session.ended_at = now - timedelta(minutes=42), now
    with scope(tenant=session.tenant):
        session.save()
        for status in ("spoken", "refused"):
            Reply.objects.create(
                id=uuid4(), tenant=session.tenant, session=session, status=status, created_at=now
            )
    return session


def home(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_workspace_reads_what_to_do_next(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert 'href="/start/"' in home(client), "the wizard is not finished"
    with scope(tenant=show.tenant):
        Onboarding.objects.create(tenant=show.tenant, finished_at=timezone.now())
    page = home(client)
    assert "Next step" in page
    assert f'href="/shows/{show.id}/host/"' in page
    assert f'href="/shows/{show.id}/setup/"' in page


def test_what_is_live_leads_to_its_console(alice: User, session: LiveSession, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert f'href="/lives/{session.id}/"' in home(client)
    part = client.get("/", headers={"hx-request": "true"}).content.decode()
    assert f'href="/lives/{session.id}/"' in part
    assert "<html" not in part


def test_the_last_lives_have_their_key_figures(
    alice: User, ended: LiveSession, client_for: ClientFor
) -> None:
    page = home(client_for(alice))
    row = page.split(f'href="/lives/{ended.id}/')[1].split("</tr>")[0]
    assert "42 min" in row
    assert "1,234" in row
    assert 'data-label="Replies">1<' in row


def test_charlie_sees_nothing_of_alices_home(
    charlie: User, other_show: Show, ended: LiveSession, client_for: ClientFor
) -> None:
    page = home(client_for(charlie))
    assert ended.show.name not in page
    assert str(ended.id) not in page


def test_bob_who_looks_on_is_not_told_to_set_anything_up(
    bob: User, show: Show, client_for: ClientFor
) -> None:
    page = home(client_for(bob))
    assert "Next step" not in page
    assert "/go-live/" not in page


def test_without_a_show_the_page_says_what_one_is_for(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    with scope(tenant=tenant):
        Show.objects.all().delete()
    assert "Create your first show" in home(client_for(alice))


def test_health_names_a_service_whose_breaker_is_open(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "read_capacities", lambda: {"w": Capacity(running=1, capacity=2)})
    monkeypatch.setattr(health, "read_failing_services", lambda: {"elevenlabs"})
    with scope(tenant=tenant):
        rows = {row.name: row for row in health_of(tenant)}
    assert rows["Lives"].is_well
    assert not rows["Voices"].is_well
    assert "ElevenLabs" in rows["Voices"].text


def test_health_says_that_no_worker_runs(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        rows = {row.name: row for row in health_of(tenant)}
    assert not rows["Lives"].is_well
    assert rows["Voices"].is_well


async def test_a_worker_reports_its_failing_services_until_it_leaves(redis_client: object) -> None:
    worker = registry.WorkerRegistry(async_redis(), "w1")
    await worker.heartbeat(Capacity(0, 1), ["azure"])
    assert await in_thread(registry.read_failing_services) == {"azure"}
    await worker.unregister()
    assert await in_thread(registry.read_failing_services) == set()


def test_the_page_needs_few_queries(alice: User, ended: LiveSession, client_for: ClientFor) -> None:
    client = client_for(alice)
    with CaptureQueriesContext(connection) as captured:
        home(client)
    assert len(captured) <= 16


def test_every_page_of_the_bar_is_there(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    page = home(client)
    for path in ("/", "/shows/", "/personas/", "/policies/", "/workspace/", "/tokens/"):
        assert f'href="{path}"' in page, path
        assert client.get(path).status_code in (200, 302), path
