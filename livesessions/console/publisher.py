"""Publishes the messages of a live to its open consoles, and defines their types.

Messages are sent to the session's group; `livesessions/console/frames.py` makes frames for pages from them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict
from uuid import UUID

from encoder.broadcast.report import StreamReport
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.selection.queue_report import QueueReport
from overlay.presence import OpenPage
from providers.channel_groups import encode_group_message
from providers.redis import async_redis, sync_redis


class ConsoleChatMessage(TypedDict):
    """An event of the room. `event` is an `EventKind`.

    `categories` are the reasons for its risk; `viewer` is the viewer's hash, which no page contains.
    `streak` is the id of a gift's streak; `diamonds` is the price of one gift.
    """

    kind: Literal["chat"]
    id: str
    event: str
    name: str
    text: str
    risk: str
    gift_name: str
    count: int
    at: str
    categories: list[str]
    viewer: str
    streak: NotRequired[str]
    streak_open: NotRequired[bool]
    diamonds: NotRequired[int]


class ConsoleDeletedMessage(TypedDict):
    """The room's moderators deleted the messages with these ids, and all comments of these viewers."""

    kind: Literal["deleted"]
    ids: list[str]
    viewers: list[str]


class ConsoleReplyMessage(TypedDict):
    """A reply; sent again, with the same id, after each change. `status` is a `ReplyOutcome`.

    `trigger_id` is the `id` of the chat message that it answers; empty when no message caused it.
    """

    kind: Literal["reply"]
    id: str
    status: str
    text: str
    fault: str
    trigger_kind: str
    trigger_id: str
    trigger_name: str
    trigger_text: str
    first_audio_ms: int | None
    heard: bool
    hearing: str  # "silent" or "gaps" where it was not heard well
    at: str
    source: NotRequired[str]  # the document that it quotes


class PlanGraceMessage(TypedDict):
    """Why a live will be ended, a `GraceReason`, and when; both empty while it may go on."""

    reason: str
    ends_at: str


class ConsoleStateMessage(TypedDict):
    """The state of the session's row; sent after each change."""

    kind: Literal["state"]
    status: str
    muted: bool
    end_reason: str
    stopping: NotRequired[bool]
    plan_grace: NotRequired[PlanGraceMessage]
    credit_warnings: NotRequired[dict[str, int]]  # percents by meter; empty while enough is left


class ConsoleCountsMessage(TypedDict):
    """The worker's counts, sent once a second; `viewers` is None when not known.

    `connection` is the `SourcePhase` of a TikTok live; while it waits, it reconnects in `retry_in_s` seconds.
    """

    kind: Literal["counts"]
    viewers: int | None
    counts: dict[str, int]
    connection: str
    retry_in_s: int


class ConsoleGameMessage(TypedDict):
    """The state of the running game, from `Games.state`; its `kind` is empty when no game runs.

    For a few seconds `refused`, a `Refusal`, is why a game could not be started or ended.
    """

    kind: Literal["game"]
    game: dict[str, Any]


class ConsoleQueueMessage(TypedDict):
    """What the host says next and whether the streamer has paused it."""

    kind: Literal["queue"]
    queue: QueueReport


class ConsoleStreamMessage(TypedDict):
    """What the live's stream is doing, sent once a second by a live in managed mode."""

    kind: Literal["stream"]
    stream: StreamReport


class ConsoleOverlaysMessage(TypedDict):
    """The pages that are open on the show's overlay now."""

    kind: Literal["overlays"]
    pages: list[OpenPage]


Message = (
    ConsoleOverlaysMessage
    | ConsoleChatMessage
    | ConsoleDeletedMessage
    | ConsoleReplyMessage
    | ConsoleStateMessage
    | ConsoleCountsMessage
    | ConsoleGameMessage
    | ConsoleQueueMessage
    | ConsoleStreamMessage
)


def console_group(session_id: UUID | str) -> str:
    return f"console.{session_id}"


async def publish(session_id: UUID | str, messages: Sequence[Message]) -> None:
    """Send messages, in order, to every open console of a session."""
    await async_redis().publish(*_encode(session_id, messages))


async def publish_all(messages: Mapping[UUID, Sequence[Message]]) -> None:
    """Send messages to the consoles of many sessions, in one round trip."""
    async with async_redis().pipeline(transaction=False) as pipe:
        for session_id, of_session in messages.items():
            pipe.publish(*_encode(session_id, of_session))
        await pipe.execute()


def publish_state(session: LiveSession) -> None:
    """Send the state of a session's row to its consoles. Blocks."""
    publish_now(session.id, state_message(session))


def publish_now(session_id: UUID, message: Message) -> None:
    """Send one message to every open console of a session. Blocks."""
    sync_redis().publish(*_encode(session_id, [message]))


def state_message(session: LiveSession) -> ConsoleStateMessage:
    return {
        "kind": "state",
        "status": session.status,
        "muted": session.muted,
        "end_reason": session.end_reason,
        "stopping": session.stop_requested_at is not None,
        "plan_grace": {
            "reason": session.plan_grace_reason,
            "ends_at": session.plan_grace_ends_at.isoformat() if session.plan_grace_ends_at else "",
        },
        "credit_warnings": session.credit_warnings,
    }


def _encode(session_id: UUID | str, messages: Sequence[Message]) -> tuple[str, bytes]:
    return encode_group_message(
        console_group(session_id), {"type": "console.messages", "messages": list(messages)}
    )
