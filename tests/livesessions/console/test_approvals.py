"""Approving and rejecting held replies: the console's queue, the service, the API, and who may."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.console.frames import Frames
from livesessions.errors import SessionConflict
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.approvals import approve_reply, reject_reply
from livesessions.worker.commands import (
    Approve,
    Command,
    Reject,
    SetViewerRole,
    command_channel,
    decode_command,
)
from tenants.models import Membership, Tenant, User
from tests.livesessions.console.test_frames import chat, words_of
from tests.livesessions.console.test_frames import reply as reply_message
from tests.patience import PATIENCE_S

ClientFor = Callable[[User], Client]
HTMX = {"hx-request": "true"}
NOBODY = UUID(int=1)
HOSTILE = "<script>alert(1)</script>"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_air(session: LiveSession) -> Iterator[LiveSession]:
    with scope(tenant=session.tenant):
        LiveSession.objects.update(
            status="active", start_requested_at=timezone.now(), started_at=timezone.now()
        )
        session.refresh_from_db()
        yield session


@pytest.fixture
def hold(on_air: LiveSession) -> Callable[..., Reply]:
    """Call for a reply of Alice's live that waits."""

    def make(**fields: Any) -> Reply:
        columns: dict[str, Any] = {
            "trigger_kind": "comment",
            "trigger_viewer_name": "Giulia",
            "trigger_text": "come stai?",
            "text": "Benissimo, Giulia!",
            "status": "held",
            "created_at": timezone.now(),
            **fields,
        }
        return Reply.objects.create(tenant=on_air.tenant, session=on_air, **columns)

    return make


@pytest.fixture
def told(session: LiveSession) -> Iterator[Callable[[], Command | None]]:
    """Call for the next command that the live's worker would get."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as channel:
        channel.subscribe(command_channel(session.id))
        assert channel.get_message(timeout=PATIENCE_S)["type"] == "subscribe"

        def listen(timeout: float = PATIENCE_S) -> Command | None:
            message = channel.get_message(timeout=timeout)
            return decode_command(message["data"]) if message else None

        yield listen


# --- the service -----------------------------------------------------------------------------------


def test_the_live_is_told_what_was_decided(
    on_air: LiveSession, hold: Callable[..., Reply], told: Callable[[], Command | None]
) -> None:
    reply = hold()
    approve_reply(session=on_air, reply_id=reply.id, text="Benone, Giulia!")
    reject_reply(session=on_air, reply_id=reply.id)
    assert told() == Approve(reply.id, "Benone, Giulia!")
    assert told() == Reject(reply.id)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "expired"}, "reply_expired"),
        ({"created_at": timezone.now() - timedelta(seconds=61)}, "reply_expired"),
        ({"status": "rejected"}, "reply_decided"),
        ({"status": "spoken"}, "reply_decided"),
        ({"status": "speaking"}, "reply_decided"),
    ],
)
def test_what_waits_no_longer_is_a_conflict(
    on_air: LiveSession, hold: Callable[..., Reply], fields: dict[str, Any], code: str
) -> None:
    reply = hold(**fields)
    for act in (approve_reply, reject_reply):
        with pytest.raises(SessionConflict) as raised:
            act(session=on_air, reply_id=reply.id)
        assert raised.value.code == code


def test_words_that_the_rules_refuse_are_refused_with_the_reason(
    on_air: LiveSession, hold: Callable[..., Reply]
) -> None:
    with pytest.raises(SessionConflict, match="one of your blocked words") as raised:
        approve_reply(session=on_air, reply_id=hold().id, text="sei uno stronzo")
    assert raised.value.code == "reply_refused"


def test_a_reply_of_another_live_is_not_known(
    on_air: LiveSession, other_session: LiveSession, hold: Callable[..., Reply]
) -> None:
    for reply_id in (NOBODY, UUID(int=2)):
        with pytest.raises(SessionConflict) as raised:
            approve_reply(session=on_air, reply_id=reply_id)
        assert raised.value.code == "reply_unknown"


# --- the console -----------------------------------------------------------------------------------


def test_the_console_shows_what_waits_and_not_what_has_expired(
    alice: User, on_air: LiveSession, hold: Callable[..., Reply], client_for: ClientFor
) -> None:
    hold(text=HOSTILE, trigger_text=HOSTILE, trigger_viewer_name=HOSTILE)
    hold(text="troppo tardi", created_at=timezone.now() - timedelta(seconds=61))
    page = client_for(alice).get(f"/lives/{on_air.id}/").content.decode()
    assert page.count('class="held-row"') == 1
    assert "troppo tardi" not in page
    assert HOSTILE not in page


def test_approving_on_the_console_tells_the_live(
    alice: User,
    on_air: LiveSession,
    hold: Callable[..., Reply],
    told: Callable[[], Command | None],
    client_for: ClientFor,
) -> None:
    reply = hold()
    path = f"/lives/{on_air.id}/replies/{reply.id}"
    answer = client_for(alice).post(f"{path}/approve/", {"text": "Bene!"}, headers=HTMX)
    assert (answer.status_code, told()) == (
        200,
        Approve(reply.id, "Bene!"),
    )
    plain = client_for(alice).post(f"{path}/reject/")
    assert plain["Location"] == f"/lives/{on_air.id}/"
    assert told() == Reject(reply.id)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [("sei uno stronzo", 409, "blocked words"), ("", 422, "required"), ("x" * 501, 422, "at most 500")],
)
def test_what_cannot_be_said_is_told_beside_the_field(
    alice: User,
    on_air: LiveSession,
    hold: Callable[..., Reply],
    client_for: ClientFor,
    text: str,
    status: int,
    said: str,
) -> None:
    path = f"/lives/{on_air.id}/replies/{hold().id}/approve/"
    answer = client_for(alice).post(path, {"text": text}, headers=HTMX)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert "<textarea" not in answer.content.decode(), "the words in the field stay as they are"
    page = client_for(alice).post(path, {"text": text}, follow=True).content.decode()
    assert 'class="notice notice-error"' in page


def test_a_held_reply_is_drawn_once_and_taken_away_when_decided() -> None:
    frames = Frames("en", timezone.get_default_timezone(), session_id=NOBODY, may_control=True)
    held = {**reply_message(1, status="held"), "id": str(NOBODY)}
    first = frames.update([held], None)  # type: ignore[list-item]
    again = frames.update([{**held, "fault": "policy:slurs"}], None)  # type: ignore[list-item]
    decided = frames.update([{**held, "status": "speaking"}], None)  # type: ignore[list-item]
    assert "Ciao Giulia!" in first["held"][0]["html"]
    assert "replies" not in first
    assert again == {}, "what is being edited is not drawn over"
    assert decided["decided"] == [first["held"][0]["id"]]
    assert decided["replies"][0]["text"] == "Ciao Giulia!"


def test_who_only_looks_on_sees_the_queue_without_buttons() -> None:
    frames = Frames("en", timezone.get_default_timezone(), session_id=NOBODY)
    drawn = words_of(frames.update([reply_message(1, status="held"), chat(1, viewer="ab")], None))
    assert "Ciao Giulia!" in drawn
    assert "<form" not in drawn


# --- lines on the console --------------------------------------------------------------------------


def test_a_line_says_why_it_was_not_answered() -> None:
    frames = Frames("it", timezone.get_default_timezone())
    drawn = words_of(frames.update([chat(1, risk="high", categories=["slurs", "link", "later"])], None))
    assert "Not answered" not in drawn
    unknown = frames.update([chat(2, risk="high")], None)["chat"][0]["mark"]
    assert unknown is not None
    assert unknown["tone"] == "bad"


def test_a_line_that_the_room_deletes_is_blanked_on_open_consoles() -> None:
    frames = Frames("en", timezone.get_default_timezone(), session_id=NOBODY, may_control=True)
    lines = [
        chat(1, viewer="aa"),
        chat(2, viewer="bb"),
        chat(3, viewer="bb", event="gift"),
        chat(4, viewer="cc"),
    ]
    frames.update([*lines], None)
    frame = frames.update([{"kind": "deleted", "ids": ["line-1"], "viewers": ["bb"]}], None)
    drawn = words_of(frame)
    assert drawn.count("A moderator of the live deleted this message") == 2
    assert "Giulia" not in drawn
    assert "ciao" not in drawn
    assert {row["source"] for row in frame["chat"]} == {""}, "nobody can be acted on any more"
    assert frames.update([{"kind": "deleted", "ids": ["other"], "viewers": [""]}], None) == {}


def test_a_viewer_is_blocked_from_the_console_with_a_note(
    alice: User, on_air: LiveSession, client_for: ClientFor
) -> None:
    from livesessions.models.events import ChatEvent
    from moderation.models import ViewerRule

    now = timezone.now()
    ChatEvent.objects.create(
        tenant=on_air.tenant,
        session=on_air,
        source_id="line-1",
        kind="comment",
        occurred_at=now,
        received_at=now,
        viewer_hash="ab" * 16,
        viewer_name="Giulia",
        text="ciao",
        risk="low",
    )
    client, path = client_for(alice), f"/lives/{on_air.id}/viewer/"
    assert "row-menu" in client.get(f"/lives/{on_air.id}/").content.decode()
    sent = {"source_id": "line-1", "standing": "blocked", "note": "quella delle offese"}
    answer = client.post(path, sent, headers=HTMX)
    assert "no longer answer this viewer" in answer.content.decode()
    assert ViewerRule.objects.get().note == "quella delle offese"
    assert client.post(path, {**sent, "source_id": "?"}, headers=HTMX).status_code == 409


# --- the API ---------------------------------------------------------------------------------------


def test_the_api_lists_approves_and_rejects(
    alice: User,
    on_air: LiveSession,
    hold: Callable[..., Reply],
    told: Callable[[], Command | None],
    api_for: Callable[[User], APIClient],
) -> None:
    api, reply, path = api_for(alice), hold(), f"/api/v1/sessions/{on_air.id}"
    [listed] = api.get(f"{path}/held/").json()["results"]
    assert (listed["id"], listed["text"]) == (str(reply.id), "Benissimo, Giulia!")
    assert set(listed) == {"id", "text", "viewer_name", "line", "held_at", "expires_at"}
    assert api.post(f"{path}/replies/{reply.id}/approve/").status_code == 202
    assert told() == Approve(reply.id)
    assert api.post(f"{path}/replies/{reply.id}/reject/").status_code == 202
    assert told() == Reject(reply.id)


def test_the_api_tells_every_fault(
    alice: User, on_air: LiveSession, hold: Callable[..., Reply], api_for: Callable[[User], APIClient]
) -> None:
    api, path = api_for(alice), f"/api/v1/sessions/{on_air.id}/replies"
    late = api.post(f"{path}/{hold(status='expired').id}/approve/")
    assert (late.status_code, late.json()["detail"]) == (
        409,
        "This answer was not approved within 60 seconds and has expired.",
    )
    assert api.post(f"{path}/{hold().id}/approve/", {"text": "stronzo"}, format="json").status_code == 409
    assert api.post(f"{path}/{hold().id}/approve/", {"text": "x" * 501}, format="json").status_code == 400
    assert api.post(f"{path}/{hold().id}/approve/", {"words": "x"}, format="json").status_code == 400


# --- who may ---------------------------------------------------------------------------------------


def test_charlie_finds_nothing_and_bob_only_looks_on(
    charlie: User,
    bob: User,
    other_tenant: Tenant,
    on_air: LiveSession,
    hold: Callable[..., Reply],
    told: Callable[..., Command | None],
    client_for: ClientFor,
) -> None:
    reply = hold()
    for verb in ("approve", "reject"):
        path = f"/lives/{on_air.id}/replies/{reply.id}/{verb}/"
        assert client_for(charlie).post(path, {"text": "x"}).status_code == 404
        assert client_for(bob).post(path, {"text": "x"}).status_code == 403
    assert told(timeout=0.1) is None
    assert "held-row" in client_for(bob).get(f"/lives/{on_air.id}/").content.decode()
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    answer = client_for(bob).post(f"/lives/{on_air.id}/replies/{reply.id}/reject/", headers=HTMX)
    assert answer.status_code == 200


def test_a_viewer_who_is_unblocked_on_the_web_is_unblocked_in_the_lives_that_run(
    alice: User, on_air: LiveSession, told: Callable[[], Command | None], client_for: ClientFor
) -> None:
    from moderation.models import ViewerRule

    rule = ViewerRule.objects.create(tenant=on_air.tenant, viewer_hash="ab" * 16, standing="blocked")
    client_for(alice).post(f"/viewers/{rule.id}/remove/")
    assert told() == SetViewerRole("ab" * 16, "")
