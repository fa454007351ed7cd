"""Commands to a running live, and the Redis channels that carry them to its worker.

A command is sent as a JSON object: `kind`, one of `COMMANDS`, and the fields of its class.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from providers.redis import sync_redis


@dataclass(frozen=True, slots=True)
class Stop:
    """End the live."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Mute the host at once."""


@dataclass(frozen=True, slots=True)
class Unmute:
    """Unmute the host."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Cut the running reply."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say the streamer's own text; `reply_id` is the id of its queued reply."""

    text: str
    reply_id: UUID | None = None  # older web processes send none


@dataclass(frozen=True, slots=True)
class Approve:
    """Say a held reply; `text`, if not empty, replaces its text."""

    reply_id: UUID
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """Drop a held reply."""

    reply_id: UUID


@dataclass(frozen=True, slots=True)
class PauseHost:
    """Let the host say nothing new after its running reply."""


@dataclass(frozen=True, slots=True)
class ResumeHost:
    """Let a paused host speak again."""


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """Answer a viewer's message next.

    `event`: the stored message as `event_to_json` returns it, for a worker that no longer knows it. The id of
    its viewer is the tenant's hash. Empty for one that is not stored, and from older web processes.
    """

    message_id: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class PinMessage:
    """Keep a viewer's message in the queue until it is answered or removed. `event` as in `AnswerMessage`."""

    message_id: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class UnpinMessage:
    """Keep a message no longer than any other."""

    message_id: str


@dataclass(frozen=True, slots=True)
class RemoveTurn:
    """Take a turn out of the queue."""

    message_id: str


@dataclass(frozen=True, slots=True)
class WatchQueue:
    """Report the queue for a while: a console is open."""


@dataclass(frozen=True, slots=True)
class SetViewerRole:
    """Set the role of a viewer, who is known by the tenant's hash; an empty role removes it."""

    viewer_hash: str
    role: str


@dataclass(frozen=True, slots=True)
class StartQuiz:
    """Ask a quiz question."""


@dataclass(frozen=True, slots=True)
class StartPoll:
    """Start a poll."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndGame:
    """End the running game."""


@dataclass(frozen=True, slots=True)
class RenewStream:
    """Read the show's stream target again: another key was stored, or somebody wants another attempt."""


@dataclass(frozen=True, slots=True)
class ReloadRules:
    """Reload the show's rules and pacing from the database."""


@dataclass(frozen=True, slots=True)
class ReportPlayback:
    """Record an overlay page's report that the playback of an utterance began or ended.

    `level_db` is its loudness in dBFS, `underruns` the number of gaps; None where not measured.
    """

    utterance_id: UUID
    ended: bool
    level_db: float | None = None
    underruns: int | None = None


Command = (
    Stop
    | Mute
    | Unmute
    | Skip
    | Say
    | Approve
    | Reject
    | PauseHost
    | ResumeHost
    | AnswerMessage
    | PinMessage
    | UnpinMessage
    | RemoveTurn
    | WatchQueue
    | SetViewerRole
    | StartQuiz
    | StartPoll
    | EndGame
    | RenewStream
    | ReloadRules
    | ReportPlayback
)

COMMANDS: dict[str, type[Command]] = {
    "stop": Stop,
    "mute": Mute,
    "unmute": Unmute,
    "skip": Skip,
    "say": Say,
    "approve": Approve,
    "reject": Reject,
    "pause": PauseHost,
    "resume": ResumeHost,
    "answer": AnswerMessage,
    "pin": PinMessage,
    "unpin": UnpinMessage,
    "remove": RemoveTurn,
    "watch_queue": WatchQueue,
    "viewer_role": SetViewerRole,
    "quiz": StartQuiz,
    "poll": StartPoll,
    "end_game": EndGame,
    "renew_stream": RenewStream,
    "reload_rules": ReloadRules,
    "playback": ReportPlayback,
}
KINDS = {command: kind for kind, command in COMMANDS.items()}

WORKERS_CHANNEL = "livesessions:workers"  # a message makes every worker search for available sessions


def encode_command(command: Command) -> str:
    return json.dumps({"kind": KINDS[type(command)], **asdict(command)}, default=str)


def decode_command(raw: str | bytes) -> Command:
    """Return the command of a message. Raise KeyError, TypeError or ValueError for an invalid message."""
    message: dict[str, Any] = json.loads(raw)
    command = COMMANDS[message["kind"]]
    sent = {field.name: message[field.name] for field in fields(command) if field.name in message}
    for name in sent.keys() & {"reply_id", "utterance_id"}:
        sent[name] = UUID(sent[name]) if sent[name] is not None else None
    if "options" in sent:
        sent["options"] = tuple(sent["options"])
    return command(**sent)


def command_channel(session_id: UUID | str) -> str:
    return f"livesessions:{session_id}:commands"


def playback_channel(overlay_id: UUID | str) -> str:
    """Return the channel for the playback reports of an overlay's pages to the worker of its live."""
    return f"livesessions:overlay:{overlay_id}:playback"


def send_command(session_id: UUID, command: Command) -> None:
    """Publish to the live's worker, if one listens. Commands that must not be lost are also on the row."""
    sync_redis().publish(command_channel(session_id), encode_command(command))
