"""A show's stream target on its page and in the REST API. Its key is never shown."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled
from rest_framework.test import APIClient

from encoder.backgrounds.shipped import BACKGROUNDS
from encoder.mixer.shipped_music import PIECES
from encoder.models import StreamTarget
from livesessions.models.shows import Show
from livesessions.shows.services.lifecycle import delete_show
from providers.models import Credential
from providers.querysets import readable_credentials
from tenants.models import AuditEntry, Tenant, User
from tests.architecture.sources import ROOT
from tests.billing.plans import give_plan
from tests.fakes.rtmp_server import KEY, Behaviour, FakeRtmpServer, ServerThread

CANARY = "Canary7f3a91"
URL = "rtmp://push.example.com/game/"


@pytest.fixture
def alice_client(alice: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(alice)


@pytest.fixture
def bob_client(bob: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(bob)


@pytest.fixture
def charlie_client(charlie: User, other_tenant: Tenant, client_for: Callable[[User], Client]) -> Client:
    return client_for(charlie)


@pytest.fixture
def alice_api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


@pytest.fixture
def server(settings: LazySettings) -> Iterator[FakeRtmpServer]:
    settings.STREAM_TO_LOOPBACK = True
    with ServerThread() as server:
        yield server


def page(show: Show, name: str = "edit") -> str:
    return reverse(f"encoder:stream_{name}", args=[show.id])


def fields(url: str = URL, key: str = KEY, **more: Any) -> dict[str, Any]:
    return {
        "url": url,
        "key": key,
        "size": "720x1280",
        "frame_rate": 30,
        "video_kbit_s": 2500,
        "background": "studio",
        **more,
    }


def stored(show: Show) -> StreamTarget:
    with scope(tenant=show.tenant):
        target: StreamTarget = StreamTarget.objects.get(use_id=show.id)
    return target


def test_a_key_is_stored_encrypted_and_never_shown_again(alice_client: Client, show: Show) -> None:
    answer = alice_client.post(page(show), fields(), follow=True)
    assert answer.status_code == 200
    assert CANARY not in answer.content.decode()
    assert "2030" in answer.content.decode(), "it says when the key expires"
    with scope(tenant=show.tenant):
        credential = Credential.objects.get(kind="stream")
        assert readable_credentials(show.tenant_id, Credential.Kind.STREAM)[str(show.id)].secret == KEY  # type: ignore[union-attr]
        entries = [f"{entry.verb} {entry.object_label} {entry.detail}" for entry in AuditEntry.objects.all()]
    assert CANARY not in f"{credential} {credential.__dict__} {entries}"
    assert any("stream.saved" in entry for entry in entries)


def test_without_a_new_key_the_stored_one_stays(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields())
    alice_client.post(page(show), fields(key="", video_kbit_s=3000))
    target = stored(show)
    assert (target.video_kbit_s, target.key_expires_at is not None) == (3000, True)
    with scope(tenant=show.tenant):
        kept = readable_credentials(show.tenant_id, Credential.Kind.STREAM)[str(show.id)]
    assert kept is not None
    assert kept.secret == KEY


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"url": "https://live.example.com/"}, "it begins with rtmp://"),
        ({"url": "rtmp://live.example.com:6379/live"}, "This port is not allowed"),
        ({"key": "two words"}, "This is no stream key"),
        ({"key": ""}, "Paste the stream key too"),
        ({"video_kbit_s": 90000}, "8500"),
    ],
)
def test_what_cannot_be_a_target_is_refused_and_what_was_typed_stays(
    sent: dict[str, Any], words: str, alice_client: Client, show: Show
) -> None:
    answer = alice_client.post(page(show), fields(**{"url": URL, "key": KEY, **sent}))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert str(sent.get("url", URL)) in text
    assert CANARY not in text
    with scope(tenant=show.tenant):
        assert not StreamTarget.objects.exists()
        assert not Credential.objects.filter(kind="stream").exists()


def test_a_check_that_succeeds_is_shown_line_by_line(
    alice_client: Client, show: Show, server: FakeRtmpServer
) -> None:
    alice_client.post(page(show), fields(url=f"rtmp://localhost:{server.port}/live/"))
    text = alice_client.post(page(show, "check"), follow=True).content.decode()
    assert text.count('class="is-passed"') == 5
    assert "The server accepts the key" in text
    assert server.recordings[0].key == KEY
    with scope(tenant=show.tenant):
        assert Credential.objects.get(kind="stream").check_result == "works"


def test_a_wrong_key_is_said_at_its_line(alice_client: Client, show: Show, server: FakeRtmpServer) -> None:
    server.behaviour = Behaviour(publish_status="NetStream.Publish.BadName")
    alice_client.post(page(show), fields(url=f"rtmp://localhost:{server.port}/live/"))
    text = alice_client.post(page(show, "check"), follow=True).content.decode()
    assert (text.count('class="is-passed"'), text.count('class="is-failed"')) == (4, 1)
    assert "it is wrong, has expired, or is in use" in text
    assert CANARY not in text
    with scope(tenant=show.tenant):
        assert Credential.objects.get(kind="stream").check_result == "refused"


def test_what_comes_after_a_failed_step_is_shown_as_not_tried(
    alice_client: Client, show: Show, settings: LazySettings
) -> None:
    settings.STREAM_TO_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    alice_client.post(page(show), fields(url=f"rtmp://127.0.0.1:{port}/live/"))
    text = alice_client.post(page(show, "check"), follow=True).content.decode()
    assert [text.count(f'class="is-{state}"') for state in ("passed", "failed", "skipped")] == [1, 1, 3]
    assert "accepts no connection on this port" in text


def test_a_private_address_is_refused_by_the_check(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields(url="rtmp://127.0.0.1/live/"))
    assert "not on the open internet" in alice_client.post(page(show, "check"), follow=True).content.decode()


def test_checks_are_limited(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields(url="rtmp://127.0.0.1/live/"))
    texts = [alice_client.post(page(show, "check"), follow=True).content.decode() for _ in range(6)]
    assert ["Too many checks" in text for text in texts] == [False] * 5 + [True]


def test_a_change_takes_the_last_result_away(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields(url="rtmp://127.0.0.1/live/"))
    alice_client.post(page(show, "check"))
    assert stored(show).check_fault == "not_public"
    alice_client.post(page(show), fields(key=""))
    assert "Not checked since the last change" in alice_client.get(page(show)).content.decode()


def test_a_target_is_deleted_with_its_key(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields())
    alice_client.post(page(show, "delete"))
    with scope(tenant=show.tenant):
        assert not StreamTarget.objects.exists()
        assert not Credential.objects.filter(kind="stream").exists()


def test_a_deleted_show_leaves_no_key(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields())
    with scope(tenant=show.tenant):
        delete_show(show=show)
        assert not Credential.objects.filter(kind="stream").exists()
        assert not StreamTarget.objects.exists()


def test_an_expired_key_is_said(alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields(key="stream-1?expire=1700000000&sign=x"))
    assert "The key expired on" in alice_client.get(page(show)).content.decode()


def test_a_plan_without_managed_mode_is_told_so(
    alice_client: Client, show: Show, settings: LazySettings
) -> None:
    settings.BILLING_ENABLED = True
    give_plan(show.tenant, "self")
    answer = alice_client.post(page(show), fields())
    assert answer.status_code == 422
    assert "only in the Managed plan" in answer.content.decode()


@pytest.mark.parametrize("name", ["edit", "check", "delete"])
def test_a_stranger_finds_no_target(
    name: str, charlie_client: Client, alice_client: Client, show: Show
) -> None:
    alice_client.post(page(show), fields())
    assert charlie_client.post(page(show, name), fields()).status_code == 404
    assert charlie_client.get(page(show)).status_code == 404
    assert stored(show).url == URL


def test_a_viewer_changes_nothing(bob_client: Client, alice_client: Client, show: Show) -> None:
    alice_client.post(page(show), fields())
    for name in ("edit", "check", "delete"):
        assert bob_client.post(page(show, name), fields()).status_code == 403
    with scopes_disabled():
        assert StreamTarget.objects.filter(use_id=show.id).exists()


def test_the_api_returns_no_key(alice_api: APIClient, show: Show) -> None:
    path = f"/api/v1/shows/{show.id}/stream/"
    assert alice_api.get(path).json()["url"] == ""
    answer = alice_api.put(path, {"url": URL, "key": KEY}, format="json")
    assert answer.status_code == 200
    assert answer.json()["has_key"] is True
    assert answer.json()["key_expires_at"].startswith("2030-03-17")
    assert CANARY not in json.dumps([answer.json(), alice_api.get(path).json()])
    checked = alice_api.post(f"{path}check/").json()
    assert "failed" in {line["state"] for line in checked["check"]}
    assert alice_api.delete(path).status_code == 204
    assert alice_api.get(path).json()["has_key"] is False


def test_a_background_and_music_are_chosen_and_kept(alice_client: Client, show: Show) -> None:
    assert alice_client.post(page(show), fields(background="aurora", music="calm")).status_code == 302
    with scope(tenant=show.tenant):
        target = StreamTarget.objects.get(use_id=show.id)
    assert (target.background, target.music) == ("aurora", "calm")
    shown = alice_client.get(page(show)).content.decode()
    assert shown.count('name="background"') == len(BACKGROUNDS) == len(StreamTarget.Background.values)
    assert "img/backgrounds/aurora" in shown


def test_an_unknown_background_is_refused_and_nothing_is_lost(alice_client: Client, show: Show) -> None:
    answer = alice_client.post(page(show), fields(background="beach", music="calm"))
    assert answer.status_code == 422
    assert URL in answer.content.decode()
    with scope(tenant=show.tenant):
        assert not StreamTarget.objects.filter(use_id=show.id).exists()


def test_every_choice_has_its_video_its_picture_and_its_music() -> None:
    assert set(StreamTarget.Background.values) == set(BACKGROUNDS)
    assert set(StreamTarget.Music.values) - {""} == set(PIECES)
    assert all((ROOT / f"static/img/backgrounds/{key}.webp").exists() for key in BACKGROUNDS)
