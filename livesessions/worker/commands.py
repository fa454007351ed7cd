"""Commands to a running live, and the Redis channels that carry them to its worker.

On the wire a command is a JSON object: `kind`, one of `COMMANDS`, beside the fields of its class.
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
    """Silence the host at once."""


@dataclass(frozen=True, slots=True)
class Unmute:
    """Let the host speak again."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Cut the reply that is being said."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say the streamer's own text."""

    text: str


@dataclass(frozen=True, slots=True)
class Approve:
    """Say a held reply, in other words where `text` has any."""

    reply_id: UUID
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """Drop a held reply."""

    reply_id: UUID


@dataclass(frozen=True, slots=True)
class SetViewerRole:
    """Treat a viewer, known by the tenant's hash, by this role from now on; no role when empty."""

    viewer_hash: str
    role: str


@dataclass(frozen=True, slots=True)
class StartQuiz:
    """Ask a quiz question."""


@dataclass(frozen=True, slots=True)
class StartPoll:
    """Hold a poll."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndGame:
    """Close the game that is running."""


@dataclass(frozen=True, slots=True)
class ReloadRules:
    """Read the rules and the pacing of the show from the database again."""


@dataclass(frozen=True, slots=True)
class ReportPlayback:
    """Take an overlay page's report that an utterance began or ended to sound.

    `level_db` is its loudness in dBFS, `underruns` how often the sound broke off; None where not measured.
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
    | SetViewerRole
    | StartQuiz
    | StartPoll
    | EndGame
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
    "viewer_role": SetViewerRole,
    "quiz": StartQuiz,
    "poll": StartPoll,
    "end_game": EndGame,
    "reload_rules": ReloadRules,
    "playback": ReportPlayback,
}
KINDS = {command: kind for kind, command in COMMANDS.items()}

WORKERS_CHANNEL = "livesessions:workers"  # a message here makes every worker look for free lives


def encode_command(command: Command) -> str:
    return json.dumps({"kind": KINDS[type(command)], **asdict(command)}, default=str)


def decode_command(raw: str | bytes) -> Command:
    """Return the command of a message. Raise KeyError, TypeError or ValueError for what is none."""
    message: dict[str, Any] = json.loads(raw)
    command = COMMANDS[message["kind"]]
    sent = {field.name: message[field.name] for field in fields(command) if field.name in message}
    for name in sent.keys() & {"reply_id", "utterance_id"}:
        sent[name] = UUID(sent[name])
    if "options" in sent:
        sent["options"] = tuple(sent["options"])
    return command(**sent)


def command_channel(session_id: UUID | str) -> str:
    return f"livesessions:{session_id}:commands"


def playback_channel(overlay_id: UUID | str) -> str:
    """Return the channel of what an overlay's pages report; the worker of its live listens to it."""
    return f"livesessions:overlay:{overlay_id}:playback"


def send_command(session_id: UUID, command: Command) -> None:
    """Publish to the live's worker, if one listens. What must not be lost is also on the session's row."""
    sync_redis().publish(command_channel(session_id), encode_command(command))
