"""The live console's wire: what a worker or a view tells the people who watch a live.

The only file besides the overlay's that touches the channel layer. Messages go to the group of the session;
`livesessions/console/consumers.py` turns them into HTML.
"""

from typing import Any, Literal, TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer  # noqa: TID251

from livesessions.models.sessions import LiveSession
from overlay.presence import OpenPage


class ChatMessage(TypedDict):
    """A thing that happened in the room, as the console shows it. `event` is an `EventKind`."""

    kind: Literal["chat"]
    id: str
    event: str
    name: str
    text: str
    risk: str
    gift_name: str
    count: int
    at: str
    # Why it is risky, by category, and who wrote it, as a hash that no page shows.
    categories: list[str]
    viewer: str


class DeletedMessage(TypedDict):
    """The room's moderators have deleted lines: those of these ids, and all comments of these viewers."""

    kind: Literal["deleted"]
    ids: list[str]
    viewers: list[str]


class ReplyMessage(TypedDict):
    """A reply as it stands; sent again, with the same id, whenever it changes. `status` is an `Outcome`."""

    kind: Literal["reply"]
    id: str
    status: str
    text: str
    fault: str
    trigger_kind: str
    # The `id` of the chat message that it answers; empty when nothing in the room caused it.
    trigger_id: str
    trigger_name: str
    trigger_text: str
    first_audio_ms: int | None
    heard: bool
    hearing: str  # "silent" or "gaps" where it was not heard well
    at: str


class StateMessage(TypedDict):
    """How the session's row stands; sent by whoever changes it."""

    kind: Literal["state"]
    status: str
    muted: bool
    end_reason: str


class CountsMessage(TypedDict):
    """What the worker counts, once a second: viewers (None: not known), events dropped or broken, …

    `connection` is a TikTok live's `SourcePhase`; while it waits, it connects again in `retry_in_s` seconds.
    """

    kind: Literal["counts"]
    viewers: int | None
    counts: dict[str, int]
    connection: str
    retry_in_s: int


class GameMessage(TypedDict):
    """How the game that runs stands, as `Games.state` tells; its `kind` is empty while none does.

    For a few seconds it says with `refused`, a `Refusal`, why a game could not be started or ended.
    """

    kind: Literal["game"]
    game: dict[str, Any]


class OverlaysMessage(TypedDict):
    """Which pages are open on the show's overlay now."""

    kind: Literal["overlays"]
    pages: list[OpenPage]


Message = (
    OverlaysMessage | ChatMessage | DeletedMessage | ReplyMessage | StateMessage | CountsMessage | GameMessage
)


def console_group(session_id: UUID | str) -> str:
    return f"console.{session_id}"


async def publish(session_id: UUID | str, messages: list[Message]) -> None:
    """Send messages, in order, to every open console of a session."""
    layer = get_channel_layer()
    await layer.group_send(console_group(session_id), {"type": "console.messages", "messages": messages})


def publish_state(session: LiveSession) -> None:
    """Tell the consoles how a session's row stands."""
    message: StateMessage = {
        "kind": "state",
        "status": session.status,
        "muted": session.muted,
        "end_reason": session.end_reason,
    }
    async_to_sync(publish)(session.id, [message])
