"""The planner's input and output values: turn, character, show facts, exchange, usage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from billing.metered_models import cost_usd_of
from billing.prices import PriceBook
from providers.language_models.ports import Usage

# Who wrote a line that no language model has written.
STOCK = "stock"
OFFLINE = "offline"
# Word for word from a document, or that no document says it.
DOCUMENTS = "documents"
# As `OFFLINE`, while the language model is left alone because its answers were of no use.
UNHEARD = "offline:unheard"


def quoted_source(speaker: str) -> str:
    """Return the document that a stored reply quotes; empty for none."""
    model, _colon, source = speaker.partition(": ")
    return source if model == DOCUMENTS else ""


class TurnKind(StrEnum):
    """What the host is reacting to."""

    COMMENT = "comment"
    GIFT = "gift"
    FOLLOW = "follow"
    SHARE = "share"
    SUBSCRIBE = "subscribe"
    NEUTRAL = "neutral"  # an honest question on a topic that the host avoids
    TOPIC = "topic"  # nobody asked: the host talks about `point`
    ANNOUNCEMENT = "announcement"  # something the room should know, such as a call to action
    CALM = "calm"  # the room is hostile: the host changes the topic, in ready words


class ReplyLanguage(StrEnum):
    """Which language the host answers in."""

    SHOW = "show"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What the live knows of itself when the host answers.

    `viewers`: how many are watching, None where the platform does not say. `game`: the kind of the game that
    runs, or empty. `leader` and `points`: who leads the games; empty before anybody scored.
    """

    viewers: int | None = None
    game: str = ""
    leader: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing to react to. `text`, `viewer_name` and `also` are untrusted; `count` totals a gift streak,
    and `diamonds` what it was worth.

    Without a `viewer_id` a viewer is known by name. `also` names further viewers who did the same, in the
    order in which they should be named. `is_asked_for`: the streamer wants this one answered. `segment`
    (what part of the show this is) and `point` (what to talk about) are the creator's own words.
    """

    kind: TurnKind
    viewer_name: str
    language: str
    text: str = ""
    gift_name: str = ""
    count: int = 1
    careful: bool = False
    viewer_id: str = ""
    also: tuple[str, ...] = ()
    segment: str = ""
    point: str = ""
    diamonds: int = 0
    room: RoomFacts = RoomFacts()
    is_asked_for: bool = False


def turn_from_state(saved: Mapping[str, Any]) -> Turn:
    """Return the turn whose fields were kept as JSON; raise KeyError, TypeError or ValueError."""
    fields = {**saved, "kind": TurnKind(saved["kind"]), "also": tuple(saved["also"])}
    return Turn(**{**fields, "room": RoomFacts(**saved.get("room", {}))})


@dataclass(frozen=True, slots=True)
class Character:
    """Who the host is: the persona as plain values. `style` holds 0..1 sliders by name.

    It does not go into `forbidden_topics`; `sample_lines` show its tone.
    """

    name: str
    system_prompt: str
    language: str
    style: dict[str, float] = field(default_factory=dict)
    reply_language: ReplyLanguage = ReplyLanguage.SHOW
    forbidden_topics: tuple[str, ...] = ()
    sample_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowFacts:
    """What is true about the show, in its creator's own words; `time_zone` is that of its workspace."""

    title: str = ""
    facts: str = ""
    handle: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One past turn and what the host said to it."""

    turn: Turn
    reply: str


@dataclass(slots=True)
class TokenUsage:
    """What one reply has used. Zero tokens for lines that cost nothing.

    `model` names who spoke, `source` the document that is quoted. Tokens and cost are those of all attempts,
    also of the ones that were not said.
    """

    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    source: str = ""

    def add(self, usage: Iterable[Usage], prices: PriceBook) -> None:
        """Add what requests to language models have used."""
        for used in usage:
            self.prompt_tokens += used.input_tokens
            self.completion_tokens += used.output_tokens
            self.cost_usd += cost_usd_of(used, prices)

    @property
    def speaker(self) -> str:
        """Who spoke, as it is stored: the model, or the document that is quoted."""
        return f"{self.model}: {self.source}"[:100] if self.source else self.model

    @property
    def is_ready_made(self) -> bool:
        """Whether the line was written before the show."""
        return self.model in ("", STOCK, OFFLINE, UNHEARD)
