"""What can be asked of a running live, and the Redis channel that carries it to its worker."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import redis
from django.conf import settings


class CommandKind(StrEnum):
    """What to do."""

    STOP = "stop"
    MUTE = "mute"
    UNMUTE = "unmute"
    SKIP = "skip"
    SAY = "say"
    HEARD = "heard"
    VIEWER = "viewer"
    APPROVE = "approve"
    REJECT = "reject"
    GAME = "game"
    RULES = "rules"


class GameAction(StrEnum):
    """What to do with the games of a live."""

    QUIZ = "quiz"
    POLL = "poll"
    END = "end"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `text` is a line to say; five are the overlay's word of what it played.

    To approve or reject a held reply, `utterance_id` names it, and `text` may change its words.

    Two say what was decided about a viewer, who is known by the tenant's hash. `game` is a `GameAction`; a
    poll's question is its `text`. That the rules have changed says no more: the worker reads them anew.
    """

    kind: CommandKind
    text: str = ""
    utterance_id: str = ""
    phase: str = ""
    played_ms: int | None = None
    level_db: float | None = None
    underruns: int | None = None
    viewer_hash: str = ""
    standing: str = ""
    game: str = ""
    options: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, raw: str | bytes) -> "Command":
        fields: dict[str, Any] = json.loads(raw)
        options = tuple(fields.get("options", ()))
        return cls(**{**fields, "kind": CommandKind(fields["kind"]), "options": options})


WORKERS_CHANNEL = "livesessions:workers"  # a word here has every worker look for lives that nobody holds


def channel_of(session_id: UUID | str) -> str:
    return f"livesessions:{session_id}:commands"


def send_command(session_id: UUID, command: Command) -> None:
    """Tell the worker that runs the live, if one does. What must not be lost is also on the session's row."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.publish(channel_of(session_id), command.to_json())
