"""What the planner is asked to answer, and what it costs."""

from dataclasses import dataclass, field
from enum import StrEnum


class TurnKind(StrEnum):
    """What the host is reacting to."""

    COMMENT = "comment"
    GIFT = "gift"
    FOLLOW = "follow"
    SHARE = "share"
    SUBSCRIBE = "subscribe"
    COMMAND = "command"


class ReplyLanguage(StrEnum):
    """Which language the host answers in."""

    SHOW = "show"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing to react to. `text` and `viewer_name` are untrusted; `count` is a gift streak's total.

    Without a `viewer_id` a viewer is known by name.
    """

    kind: TurnKind
    viewer_name: str
    language: str
    text: str = ""
    gift_name: str = ""
    count: int = 1
    careful: bool = False
    viewer_id: str = ""


@dataclass(frozen=True, slots=True)
class Character:
    """Who the host is: the persona as plain values. `style` holds 0..1 sliders by name."""

    name: str
    system_prompt: str
    language: str
    style: dict[str, float] = field(default_factory=dict)
    reply_language: ReplyLanguage = ReplyLanguage.SHOW


@dataclass(frozen=True, slots=True)
class Exchange:
    """One past turn and what the host said to it."""

    turn: Turn
    reply: str


@dataclass(slots=True)
class TokenUsage:
    """The meter of one reply, filled in by whoever wrote it. Zero tokens for lines that cost nothing.

    `model` says who spoke. Tokens and cost are those of all attempts, also of the ones that were not said.
    """

    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
