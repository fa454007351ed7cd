import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as live_settings
from django_scopes import scope
from redis import Redis
from rest_framework.test import APIClient

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.commands import Command, Say, Skip, command_channel, decode_command
from livesessions.worker.registry import REGISTRY_KEY
from moderation.models import Policy
from tenants.models import Tenant, User
from tests.patience import PATIENCE_S

CALENDAR = ("created_at", "start_requested_at", "started_at", "stop_requested_at", "ended_at")


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


@pytest.fixture
def recordings(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "sample.jsonl").write_text("{}\n")
    (folder / "folder").mkdir()
    (tmp_path / "secret.jsonl").write_text("{}\n")
    (folder / "sample.LICENSE").write_text("Ours\n")
    settings.RECORDINGS_DIR = folder
    return folder


def prepare(api: APIClient, show: Show, source: str = "simulator", **options: Any) -> Any:
    sent = {"show": str(show.id), "source": source, "source_options": options}
    return api.post("/api/v1/sessions/", sent, format="json")


def test_a_live_is_prepared_and_read_back(api: APIClient, show: Show) -> None:
    answer = prepare(api, show, rate_per_minute=60, seed=7)
    assert answer.status_code == 201
    body = answer.json()
    created_at = body.pop("created_at")
    assert created_at
    assert body == {
        "id": body["id"],
        "show": str(show.id),
        "source": "simulator",
        "source_options": {"rate_per_minute": 60.0, "seed": 7},
        "status": "pending",
        "end_reason": "",
        "end_reason_text": "",
        "muted": False,
        "waiting_reason": "",
        "waiting_reason_text": "",
        "start_requested_at": None,
        "started_at": None,
        "stop_requested_at": None,
        "ended_at": None,
        "plan_grace_ends_at": None,
        "plan_warning": "",
        "counts": {},
        "overlays": [],
        "overlay_url": f"http://testserver/overlay/{show.overlay.token}/",
        "overlay_socket_url": f"ws://testserver/ws/overlay/{show.overlay.token}/",
    }
    read = api.get(f"/api/v1/sessions/{body['id']}/").json()
    assert read.pop("figures")["messages"] == 0
    assert read == {**body, "created_at": created_at}


def test_a_show_has_one_live_at_a_time(api: APIClient, show: Show) -> None:
    first = prepare(api, show).json()
    answer = prepare(api, show)
    assert answer.status_code == 409
    assert set(answer.json()) == {"detail", "code", "request_id"}
    assert answer.json()["code"] == "show_is_taken"
    api.post(f"/api/v1/sessions/{first['id']}/stop/")
    assert prepare(api, show).status_code == 201


def test_tiktok_needs_a_handle(api: APIClient, show: Show) -> None:
    api.patch(f"/api/v1/shows/{show.id}/", {"handle": ""}, format="json")
    assert prepare(api, show, "tiktok").status_code == 409
    api.patch(f"/api/v1/shows/{show.id}/", {"handle": "la.sera"}, format="json")
    assert prepare(api, show, "tiktok").status_code == 201


@pytest.mark.parametrize(
    ("source", "options", "field"),
    [
        ("simulator", {"rate_per_minute": 0}, "rate_per_minute"),
        ("simulator", {"rate_per_minute": 601}, "rate_per_minute"),
        ("simulator", {"rate_per_minute": "fast"}, "rate_per_minute"),
        ("simulator", {"rate_per_minute": "NaN"}, "rate_per_minute"),
        ("simulator", {"rate_per_minute": None}, "rate_per_minute"),
        ("simulator", {"seed": -1}, "seed"),
        ("simulator", {"seed": 2**31}, "seed"),
        ("simulator", {"seed": 1.5}, "seed"),
        ("simulator", {"speed": 2}, "speed"),
        ("tiktok", {"recording": "sample.jsonl"}, "recording"),
        ("replay", {}, "recording"),
        ("replay", {"recording": "missing.jsonl"}, "recording"),
        ("replay", {"recording": "folder"}, "recording"),
        ("replay", {"recording": "../secret.jsonl"}, "recording"),
        ("replay", {"recording": "..%2Fsecret.jsonl"}, "recording"),
        ("replay", {"recording": "folder/../sample.jsonl"}, "recording"),
        ("replay", {"recording": "/etc/passwd"}, "recording"),
        ("replay", {"recording": ".."}, "recording"),
        ("replay", {"recording": ""}, "recording"),
        ("replay", {"recording": "a\0"}, "recording"),
        ("replay", {"recording": "sample.LICENSE"}, "recording"),
        ("replay", {"recording": "sample.jsonl", "speed": 0}, "speed"),
        ("replay", {"recording": "sample.jsonl", "speed": 101}, "speed"),
        ("replay", {"recording": "sample.jsonl", "speed": "Infinity"}, "speed"),
    ],
)
def test_a_wrong_option_is_named(
    api: APIClient, show: Show, recordings: Path, source: str, options: dict[str, Any], field: str
) -> None:
    answer = prepare(api, show, source, **options)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [f"source_options.{field}"]


def test_a_recording_is_replayed_by_its_name(api: APIClient, show: Show, recordings: Path) -> None:
    answer = prepare(api, show, "replay", recording="sample.jsonl", speed=2)
    assert answer.status_code == 201
    assert answer.json()["source_options"] == {"recording": "sample.jsonl", "speed": 2.0}


@pytest.mark.parametrize("field", ["show", "source"])
def test_show_and_source_must_be_said(api: APIClient, show: Show, field: str) -> None:
    sent = {"show": str(show.id), "source": "simulator"}
    del sent[field]
    answer = api.post("/api/v1/sessions/", sent, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize(
    "wrong", [{"show": "x"}, {"show": ["x"]}, {"source": "radio"}, {"source_options": [1]}, {"muted": True}]
)
def test_a_wrong_field_of_a_live_is_named(api: APIClient, show: Show, wrong: dict[str, Any]) -> None:
    sent = {"show": str(show.id), "source": "simulator"} | wrong
    answer = api.post("/api/v1/sessions/", sent, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(wrong)


def test_the_list_holds_the_tenants_own_lives(
    api: APIClient, session: LiveSession, other_session: LiveSession
) -> None:
    listed = api.get("/api/v1/sessions/").json()
    assert [row["id"] for row in listed["results"]] == [str(session.id)]
    assert (listed["count"], listed["next"], listed["previous"]) == (1, None, None)


def test_starting_hands_the_live_to_the_queue_once_it_is_written(
    api: APIClient,
    session: LiveSession,
    redis_client: Redis,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    lives = live_settings.QUEUES["lives"]
    with django_capture_on_commit_callbacks() as callbacks:
        answer = api.post(f"/api/v1/sessions/{session.id}/start/")
        assert lives.pending_count() == 0
    assert answer.status_code == 200
    assert answer.json()["status"] == "pending"
    assert answer.json()["start_requested_at"]
    for callback in callbacks:
        callback()
    assert lives.pending_count() == 1


@pytest.mark.parametrize("command", ["start", "stop", "mute", "unmute"])
def test_a_command_given_twice_is_answered_twice_and_changes_nothing(
    api: APIClient, session: LiveSession, redis_client: Redis, command: str
) -> None:
    first = api.post(f"/api/v1/sessions/{session.id}/{command}/")
    second = api.post(f"/api/v1/sessions/{session.id}/{command}/")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()


def test_a_live_on_air_is_started_again_without_a_change(
    api: APIClient,
    on_air: LiveSession,
    redis_client: Redis,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    before = api.get(f"/api/v1/sessions/{on_air.id}/").json()
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(f"/api/v1/sessions/{on_air.id}/start/")
    assert before.pop("figures")
    assert (answer.status_code, answer.json()) == (200, before)
    assert live_settings.QUEUES["lives"].pending_count() == 0


def test_a_live_that_waits_says_why(
    transactional_db: None, api: APIClient, session: LiveSession, redis_client: Redis
) -> None:
    api.post(f"/api/v1/sessions/{session.id}/start/")
    body = api.get(f"/api/v1/sessions/{session.id}/").json()
    assert body["waiting_reason"] == "no_worker"
    assert body["waiting_reason_text"] == "Waiting for a worker."
    heartbeat(redis_client, "one", running=3, capacity=3)
    assert api.get(f"/api/v1/sessions/{session.id}/").json()["waiting_reason"] == "at_capacity"
    heartbeat(redis_client, "other", running=2, capacity=3)
    assert api.get(f"/api/v1/sessions/{session.id}/").json()["waiting_reason"] == ""


def heartbeat(redis_client: Redis, name: str, *, running: int, capacity: int) -> None:
    redis_client.sadd(REGISTRY_KEY, name)
    redis_client.set(f"{REGISTRY_KEY}:{name}", json.dumps({"running": running, "capacity": capacity}), ex=60)


def test_an_ended_live_says_why_in_words(api: APIClient, session: LiveSession) -> None:
    body = api.post(f"/api/v1/sessions/{session.id}/stop/").json()
    assert (body["status"], body["end_reason"]) == ("ended", "stopped")
    assert body["end_reason_text"] == "You ended it."
    assert body["ended_at"]
    assert api.post(f"/api/v1/sessions/{session.id}/start/").status_code == 409
    assert api.post(f"/api/v1/sessions/{session.id}/mute/").status_code == 409
    assert api.post(f"/api/v1/sessions/{session.id}/stop/").status_code == 200, "stopping twice is no fault"


def test_muting_shows_on_the_live(api: APIClient, session: LiveSession) -> None:
    assert api.post(f"/api/v1/sessions/{session.id}/mute/").json()["muted"] is True
    assert api.get(f"/api/v1/sessions/{session.id}/").json()["muted"] is True
    assert api.post(f"/api/v1/sessions/{session.id}/unmute/").json()["muted"] is False


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(status=LiveSession.Status.ACTIVE)
        session.refresh_from_db()
    return session


@pytest.fixture
def heard(on_air: LiveSession, redis_client: Redis) -> Any:
    """What the worker of the live is told."""
    with redis_client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
        channel.subscribe(command_channel(on_air.id))
        channel.get_message(ignore_subscribe_messages=False, timeout=PATIENCE_S)

        def listen() -> Command:
            message = channel.get_message(timeout=PATIENCE_S)
            assert message is not None, "nobody told the worker"
            return decode_command(message["data"])

        yield listen


def test_a_line_to_say_reaches_the_worker(api: APIClient, on_air: LiveSession, heard: Any) -> None:
    answer = api.post(f"/api/v1/sessions/{on_air.id}/say/", {"text": "Grazie a tutti! 🎉"}, format="json")
    assert answer.status_code == 202
    reply = answer.json()
    assert (reply["session"], reply["status"], reply["trigger"]["kind"]) == (
        str(on_air.id),
        "queued",
        "streamer",
    )
    assert heard() == Say("Grazie a tutti! 🎉", UUID(reply["id"]))


def test_a_line_that_the_rules_block_is_refused_before_anybody_is_told(
    api: APIClient, on_air: LiveSession, heard: Any
) -> None:
    with scope(tenant=on_air.tenant):
        Policy.objects.filter(id=on_air.show.policy_id).update(blocklist=["parolaccia"])
    answer = api.post(f"/api/v1/sessions/{on_air.id}/say/", {"text": "Una parolaccia"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "text_refused")
    assert "one of your blocked words" in answer.json()["detail"]
    with scope(tenant=on_air.tenant):
        assert not Reply.objects.filter(session=on_air).exists()
    api.post(f"/api/v1/sessions/{on_air.id}/skip/")
    assert heard() == Skip(), "the refused line was not sent"


def test_a_skip_reaches_the_worker(api: APIClient, on_air: LiveSession, heard: Any) -> None:
    assert api.post(f"/api/v1/sessions/{on_air.id}/skip/").status_code == 202
    assert heard() == Skip()


@pytest.mark.parametrize("sent", [{}, {"text": ""}, {"text": " "}, {"text": "x" * 301}, {"text": "a\0"}])
def test_a_line_that_cannot_be_said_is_refused(
    api: APIClient, on_air: LiveSession, sent: dict[str, str]
) -> None:
    answer = api.post(f"/api/v1/sessions/{on_air.id}/say/", sent, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["text"]


@pytest.mark.parametrize("command", ["say", "skip"])
def test_a_live_that_is_not_on_air_says_nothing(api: APIClient, session: LiveSession, command: str) -> None:
    answer = api.post(f"/api/v1/sessions/{session.id}/{command}/", {"text": "Ciao"}, format="json")
    assert answer.status_code == 409


@pytest.mark.parametrize("command", ["start", "stop", "mute", "unmute", "skip", "say"])
def test_a_command_is_a_post(api: APIClient, session: LiveSession, command: str) -> None:
    assert api.get(f"/api/v1/sessions/{session.id}/{command}/").status_code == 405


def test_an_unknown_live_is_not_found(api: APIClient) -> None:
    assert api.get(f"/api/v1/sessions/{UUID(int=1)}/").status_code == 404


def test_times_are_in_utc(api: APIClient, session: LiveSession) -> None:
    body = api.post(f"/api/v1/sessions/{session.id}/start/").json()
    assert all(body[name] is None or body[name].endswith("Z") for name in CALENDAR)
