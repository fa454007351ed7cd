"""The host's queue on the console: commands with their answers, rows with their reasons, quick lines."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from chatsources.events import Viewer
from chatsources.inbound_events import event_from_json
from livesessions.console.frames import Frames
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.selection.queue_report import QueuedTurnReport, QueueReport
from livesessions.worker.commands import (
    AnswerMessage,
    Command,
    PauseHost,
    PinMessage,
    RemoveTurn,
    ResumeHost,
    UnpinMessage,
    command_channel,
    decode_command,
)
from moderation.models import ViewerRule
from moderation.services import set_viewer_rule
from tenants.models import Tenant, User
from tests.patience import PATIENCE_S

ClientFor = Callable[[User], Client]
HTMX = {"hx-request": "true"}
PATHS = ("queue/", "pause/", "resume/", "quick-lines/add/", "quick-lines/remove/")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        session.refresh_from_db()
    return session


@pytest.fixture
def told(session: LiveSession) -> Iterator[Callable[..., Command | None]]:
    """Call for the next command that the live's worker would get."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
        channel.subscribe(command_channel(session.id))
        assert channel.get_message(timeout=PATIENCE_S)["type"] == "subscribe"

        def listen(timeout: float = PATIENCE_S) -> Command | None:
            message = channel.get_message(timeout=timeout)
            return decode_command(message["data"]) if message else None

        yield listen


def write_message(session: LiveSession, text: str, **fields: Any) -> None:
    now = timezone.now()
    ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id="line-1",
        kind="comment",
        occurred_at=now,
        received_at=now,
        viewer_name="Giulia",
        text=text,
        **fields,
    )


@pytest.mark.parametrize(
    ("action", "command"),
    [("answer", AnswerMessage), ("pin", PinMessage), ("unpin", UnpinMessage), ("remove", RemoveTurn)],
)
def test_what_alice_does_with_a_message_reaches_the_worker(
    alice: User,
    on_air: LiveSession,
    client_for: ClientFor,
    told: Callable[..., Command],
    action: str,
    command: Callable[[str], Command],
) -> None:
    sent = {"action": action, "source_id": "line-1"}
    answer = client_for(alice).post(f"/lives/{on_air.id}/queue/", sent, headers=HTMX)
    assert answer.status_code == 200
    assert "said-so" in answer.content.decode()
    assert told() == command("line-1")


def test_pause_and_resume_reach_the_worker(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[..., Command]
) -> None:
    for path, command in (("pause", PauseHost()), ("resume", ResumeHost())):
        assert client_for(alice).post(f"/lives/{on_air.id}/{path}/", headers=HTMX).status_code == 200
        assert told() == command


@pytest.mark.parametrize(
    ("text", "fields", "words"),
    [
        ("sei una puttana", {}, "Your rules block this message"),
        ("ciao", {"deleted": True}, "deleted this message"),
    ],
)
def test_a_message_that_may_not_be_answered_is_refused_in_words_before_the_worker_hears_of_it(
    alice: User,
    on_air: LiveSession,
    client_for: ClientFor,
    told: Callable[..., Command | None],
    text: str,
    fields: dict[str, Any],
    words: str,
) -> None:
    with scope(tenant=on_air.tenant):
        write_message(on_air, text, **fields)
    for action in ("answer", "pin"):
        sent = {"action": action, "source_id": "line-1"}
        answer = client_for(alice).post(f"/lives/{on_air.id}/queue/", sent, headers=HTMX)
        assert answer.status_code == 409
        assert words in answer.content.decode()
    assert told(timeout=0.1) is None


def test_an_old_message_goes_to_the_worker_with_its_words(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[..., Command]
) -> None:
    with scope(tenant=on_air.tenant):
        write_message(on_air, "who won the cup?", viewer_hash="ab12")
    sent = {"action": "answer", "source_id": "line-1"}
    assert client_for(alice).post(f"/lives/{on_air.id}/queue/", sent, headers=HTMX).status_code == 200
    command = told()
    assert isinstance(command, AnswerMessage)
    event = event_from_json(command.event)
    assert (event.source_id, event.text, event.viewer) == (
        "line-1",
        "who won the cup?",
        Viewer("ab12", "Giulia"),
    )


def test_an_old_message_of_a_viewer_who_is_blocked_by_now_is_refused(
    alice: User, on_air: LiveSession, client_for: ClientFor, told: Callable[..., Command | None]
) -> None:
    with scope(tenant=on_air.tenant):
        write_message(on_air, "who won the cup?", viewer_hash="ab12")
        set_viewer_rule(tenant=on_air.tenant, viewer_hash="ab12", role=ViewerRule.Role.BLOCKED)
    sent = {"action": "answer", "source_id": "line-1"}
    answer = client_for(alice).post(f"/lives/{on_air.id}/queue/", sent, headers=HTMX)
    assert answer.status_code == 409
    assert "Your rules block this message" in answer.content.decode()
    assert told(timeout=0.1) is None


def test_an_unknown_action_and_a_live_that_is_off_are_refused(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    client, path = client_for(alice), f"/lives/{session.id}/queue/"
    assert client.post(path, {"action": "dance"}, headers=HTMX).status_code == 422
    off = client.post(path, {"action": "remove", "source_id": "x"}, follow=True)
    assert "This live is not on air yet" in off.content.decode()


def test_strangers_and_onlookers_command_nothing(
    bob: User,
    charlie: User,
    other_tenant: Tenant,
    on_air: LiveSession,
    client_for: ClientFor,
    told: Callable[..., Command | None],
) -> None:
    for path in PATHS:
        sent = {"action": "answer", "source_id": "line-1", "text": "Ciao"}
        assert client_for(charlie).post(f"/lives/{on_air.id}/{path}", sent).status_code == 404
        assert client_for(bob).post(f"/lives/{on_air.id}/{path}", sent).status_code == 403
    assert told(timeout=0.1) is None


# --- quick lines -------------------------------------------------------------------------------------


def test_a_quick_line_is_kept_in_the_show_offered_and_removed(
    alice: User, on_air: LiveSession, client_for: ClientFor
) -> None:
    client, path = client_for(alice), f"/lives/{on_air.id}/quick-lines"
    kept = client.post(f"{path}/add/", {"text": "Grazie a tutti!"}, headers=HTMX).content.decode()
    assert 'value="Grazie a tutti!"' in kept
    assert "Kept as a quick line." in kept
    assert 'value="Grazie a tutti!"' in client.get(f"/lives/{on_air.id}/").content.decode()
    client.post(f"{path}/add/", {"text": "Grazie a tutti!"})
    assert _quick_lines(on_air) == ["Grazie a tutti!"]
    removed = client.post(f"{path}/remove/", {"text": "Grazie a tutti!"}, headers=HTMX).content.decode()
    assert "Grazie a tutti!" not in removed
    assert _quick_lines(on_air) == []


def test_a_quick_line_that_the_rules_block_or_that_is_one_too_many_is_refused_beside_the_field(
    alice: User, on_air: LiveSession, client_for: ClientFor
) -> None:
    client, path = client_for(alice), f"/lives/{on_air.id}/quick-lines/add/"
    blocked = client.post(path, {"text": "che puttana"}, headers=HTMX)
    assert blocked.status_code == 409
    assert "Your rules block this text" in blocked.content.decode()
    with scope(tenant=on_air.tenant):
        Show.objects.update(quick_lines=[f"frase {number}" for number in range(12)])
    full = client.post(path, {"text": "ancora una"}, headers=HTMX)
    assert full.status_code == 409
    assert "at most 12 quick lines" in full.content.decode()


def _quick_lines(session: LiveSession) -> list[str]:
    with scope(tenant=session.tenant):
        return list(Show.objects.get(id=session.show_id).quick_lines)


# --- rows --------------------------------------------------------------------------------------------


def turn(**fields: Any) -> QueuedTurnReport:
    plain: QueuedTurnReport = {
        "id": "line-1",
        "kind": "comment",
        "name": "Giulia",
        "text": "mi senti?",
        "gift": "",
        "count": 1,
        "others": 0,
        "hold": "",
        "reasons": [],
    }
    return {**plain, **fields}  # type: ignore[typeddict-item]


def shown(*turns: QueuedTurnReport, **fields: Any) -> Any:
    report: QueueReport = {
        "turns": list(turns),
        "total": len(turns),
        "is_paused": False,
        "refused": "",
        "why": "",
    }
    report.update(fields)  # type: ignore[typeddict-item]
    return Frames("en", ZoneInfo("Europe/Rome")).update([{"kind": "queue", "queue": report}], None)["queue"]


@pytest.mark.parametrize(
    ("fields", "text", "why"),
    [
        ({"reasons": ["question", "addressed"]}, "mi senti?", "Asks a question · Talks to the host"),
        ({"reasons": ["next"], "hold": "next"}, "mi senti?", "You want it next"),
        ({"kind": "gift", "gift": "Rosa", "count": 1200, "reasons": ["gift"]}, "sent Rosa × 1,200", "Thanks"),
        (
            {"kind": "follow", "others": 2, "reasons": ["courtesy"]},
            "started following (and 2 others)",
            "Thanks",
        ),
        ({"reasons": ["later"]}, "mi senti?", ""),
    ],
)
def test_a_row_says_whom_the_host_answers_and_why(fields: dict[str, Any], text: str, why: str) -> None:
    [row] = shown(turn(**fields))["rows"]
    assert row["text"] == text
    assert row["why"].startswith(why)


def test_the_queue_says_how_many_more_wait_and_why_a_message_was_refused() -> None:
    queue = shown(turn(), total=13, refused="x", why="rules")
    assert queue["more"] == "and 12 more"
    assert "Your rules block" in queue["problem"]


def test_only_a_viewers_message_can_be_pinned() -> None:
    rows = shown(turn(), turn(kind="gift"), turn(reasons=["streamer"]))["rows"]
    assert [row["is_message"] for row in rows] == [True, False, False]
