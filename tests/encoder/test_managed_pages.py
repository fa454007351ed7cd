"""The pages of managed mode: who sends the picture, the still of a stream, and the console."""

from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled
from redis import Redis

from encoder.services import save_target
from encoder.signals import StreamUse
from encoder.stored_reports import StreamReports
from livesessions.errors import SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, renew_session_stream
from providers.redis import async_redis
from tenants.models import Tenant, User
from tests.billing.plans import give_plan
from tests.encoder.test_stream_report import report

ClientFor = Callable[[User], Client]
MODE, STREAM, STILL = "livesessions:show_mode", "encoder:stream_edit", "encoder:stream_still"


def address(name: str, show: Show) -> str:
    return reverse(name, args=[show.id])


def store(show: Show, *, still: bytes = b"", **fields: object) -> None:
    async def write() -> None:
        reports = StreamReports(async_redis(), show.id)
        await reports.store(report(**fields))
        if still:
            await reports.store_preview(still)

    async_to_sync(write)()


def mode_of(show: Show) -> str:
    with scopes_disabled():
        show.refresh_from_db()
    return show.mode


def test_the_owner_chooses_who_sends_the_picture(show: Show, alice: User, client_for: ClientFor) -> None:
    client = client_for(alice)
    page = client.post(address(MODE, show), {"mode": "managed"}, follow=True).content.decode()
    assert mode_of(show) == "managed"
    assert "Use my own OBS instead" in page
    client.post(address(MODE, show), {"mode": "self"})
    assert mode_of(show) == "self"
    client.post(address(MODE, show), {"mode": "<b>"})
    assert mode_of(show) == "self"


def test_a_plan_without_managed_mode_says_what_to_do(
    show: Show, tenant: Tenant, alice: User, client_for: ClientFor, settings: LazySettings
) -> None:
    settings.BILLING_ENABLED = True
    give_plan(tenant, "self")
    page = client_for(alice).post(address(MODE, show), {"mode": "managed"}, follow=True).content.decode()
    assert "only in the Managed plan" in page
    assert mode_of(show) == "self"


def test_charlie_changes_and_sees_nothing_of_it(
    show: Show, charlie: User, other_tenant: Tenant, client_for: ClientFor, redis_client: Redis
) -> None:
    store(show, still=b"\xff\xd8\xff-a-jpeg")
    client = client_for(charlie)
    assert client.post(address(MODE, show), {"mode": "managed"}).status_code == 404
    assert client.get(address(STILL, show)).status_code == 404
    assert mode_of(show) == "self"


def test_the_still_of_a_stream_is_shown_to_its_workspace(
    show: Show, alice: User, client_for: ClientFor, redis_client: Redis
) -> None:
    client = client_for(alice)
    assert client.get(address(STILL, show)).status_code == 404
    store(show, still=b"\xff\xd8\xff-a-jpeg")
    answer = client.get(address(STILL, show))
    assert (answer.content, answer["Content-Type"]) == (b"\xff\xd8\xff-a-jpeg", "image/jpeg")


@pytest.fixture
def managed(show: Show) -> LiveSession:
    with scopes_disabled():
        show.mode = Show.Mode.MANAGED
        show.handle = "la.sera"
        show.save(update_fields=["mode", "handle"])
        save_target(
            tenant=show.tenant,
            use=StreamUse(show.id, show.name, ""),
            url="rtmp://push.example.com/live",
            key="k-1",
        )
        session = create_session(show=show, source=LiveSession.Source.TIKTOK)
        LiveSession.objects.filter(id=session.id).update(status=LiveSession.Status.ACTIVE)
        session.refresh_from_db()
    return session


def test_the_console_says_how_the_stream_is_and_what_to_do(
    managed: LiveSession, show: Show, alice: User, client_for: ClientFor, redis_client: Redis
) -> None:
    console = reverse("livesessions:session_detail", args=[managed.id])
    client = client_for(alice)
    assert "nobody hears your host" not in client.get(console).content.decode(), "nobody needs the overlay"
    store(show, phase="held_by_server", fault="bad_name", kbit_s=0)
    page = client.get(console).content.decode()
    assert "TikTok still holds the old stream" in page
    assert reverse("livesessions:session_stream_renew", args=[managed.id]) in page
    store(show, stills=3, kbit_s=2_512, dropped=7)
    page = client.get(console).content.decode()
    assert "2,512 kbit/s" in page
    assert f"{address(STILL, show)}?3" in page


def test_another_attempt_is_asked_for_on_the_console(
    managed: LiveSession,
    alice: User,
    charlie: User,
    other_tenant: Tenant,
    client_for: ClientFor,
    redis_client: Redis,
) -> None:
    renew = reverse("livesessions:session_stream_renew", args=[managed.id])
    page = client_for(alice).post(renew, follow=True).content.decode()
    assert "The stream tries again." in page
    assert client_for(charlie).post(renew).status_code == 404
    with scopes_disabled():
        LiveSession.objects.filter(id=managed.id).update(status=LiveSession.Status.ENDED)
        managed.refresh_from_db()
        with pytest.raises(SessionConflict):
            renew_session_stream(session=managed)


def test_the_checklist_asks_for_an_accepted_key_and_not_for_an_overlay(
    show: Show, alice: User, client_for: ClientFor, redis_client: Redis
) -> None:
    client = client_for(alice)
    client.post(address(MODE, show), {"mode": "managed"})
    page = client.get(reverse("website:go_live", args=[show.id])).content.decode()
    assert "No server URL and key are stored." in page
    assert "No overlay is open" not in page
    client.post(
        address(STREAM, show),
        {
            "url": "rtmp://127.0.0.1/live",
            "key": "k-1",
            "size": "720x1280",
            "frame_rate": 30,
            "video_kbit_s": 2500,
            "background": "studio",
        },
    )
    check = reverse("website:check_run", args=[show.id, "stream"])
    assert "not on the open internet" in client.post(check).content.decode()
