"""What the host said in a rehearsal, line by line: notes go in, one value for each reply comes out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process, utils
from rapidfuzz.distance import Indel

from livesessions.pipeline.outcome import Outcome
from livesessions.pipeline.records import ReplyRecord
from livesessions.sources.events import LiveEvent
from moderation.stage.help_lines import HELP_LINES
from planner.stage.cues import NextAction
from planner.stage.repetition import TOO_CLOSE
from planner.stage.turn import TurnKind
from rehearsals.rehearsal.notes import NotedReply, Notes, Sound

WITHIN_S = 30 * 60.0
# For what the host was given, it owes thanks, if need be in words that were heard before.
OWED_KINDS = frozenset({TurnKind.GIFT})
STATES = {
    TurnKind.COMMENT: NextAction.ANSWER,
    TurnKind.NEUTRAL: NextAction.ANSWER,
    TurnKind.GIFT: NextAction.THANK,
    TurnKind.FOLLOW: NextAction.THANK,
    TurnKind.SHARE: NextAction.THANK,
    TurnKind.SUBSCRIBE: NextAction.THANK,
    TurnKind.TOPIC: NextAction.TOPIC,
    TurnKind.ANNOUNCEMENT: NextAction.ANNOUNCE,
}


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One reply, said or not. `sound` is None when nothing of it was heard.

    `likeness` is how close it comes to the nearest line said in the `WITHIN_S` before, from 0 to 1: the
    planner's measure, with the names called left out.
    """

    at_s: float
    record: ReplyRecord
    sound: Sound | None
    likeness: float = 0.0

    @property
    def state(self) -> str:
        if self.record.state:
            return self.record.state
        kind = self.record.trigger_kind
        return STATES[TurnKind(kind)].value if kind in set(TurnKind) else NextAction.ANSWER.value

    @property
    def is_owed(self) -> bool:
        return self.record.trigger_kind in OWED_KINDS or self.is_help

    @property
    def is_help(self) -> bool:
        return self.record.text in HELP_LINES.values()

    @property
    def is_repeat(self) -> bool:
        return self.likeness >= TOO_CLOSE

    @property
    def answered(self) -> tuple[LiveEvent, ...]:
        """What it reacts to."""
        trigger = self.record.trigger
        return (*((trigger,) if trigger else ()), *self.record.also)

    @property
    def is_answer(self) -> bool:
        return self.state == NextAction.ANSWER and self.record.trigger is not None and not self.is_help

    @property
    def age_s(self) -> float | None:
        """How old the line was that it answers, when the first sound of the answer went out."""
        ms = self.record.times.first_audio_ms
        return None if ms is None else ms / 1000

    @property
    def began_at_s(self) -> float:
        """When its first sound went out or, of one that had none, when the host turned to it."""
        return self.at_s if self.sound is None else self.sound.begins_at_s


def said_lines(notes: Notes) -> list[SaidLine]:
    """Return all replies in the order in which they began."""
    noted = sorted(notes.replies.values(), key=lambda reply: _began_at_s(reply, notes))
    lines = [SaidLine(reply.at_s, reply.record, notes.sounds.get(reply.record.id)) for reply in noted]
    heard = [line for line in lines if line.sound is not None]
    likeness = {line.record.id: like for line, like in zip(heard, _likeness(heard), strict=True)}
    return [SaidLine(line.at_s, line.record, line.sound, likeness.get(line.record.id, 0.0)) for line in lines]


def spoken(lines: Iterable[SaidLine]) -> list[SaidLine]:
    """Return those that were heard to their end."""
    return [line for line in lines if line.sound is not None and line.record.outcome is Outcome.SPOKEN]


def _began_at_s(reply: NotedReply, notes: Notes) -> float:
    sound = notes.sounds.get(reply.record.id)
    return reply.at_s if sound is None else sound.begins_at_s


def _likeness(heard: Sequence[SaidLine]) -> Iterator[float]:
    texts = [_nameless(line) for line in heard]
    first = 0
    for place, line in enumerate(heard):
        while heard[first].began_at_s < line.began_at_s - WITHIN_S:
            first += 1
        nearest = process.extractOne(
            texts[place], texts[first:place], scorer=Indel.normalized_similarity, processor=None
        )
        yield nearest[1] if nearest and texts[place] else 0.0


def _nameless(line: SaidLine) -> str:
    text = utils.default_process(line.record.text)
    viewers = [event.viewer.name for event in line.answered if event.viewer is not None]
    called = {word for name in viewers for word in utils.default_process(name).split()}
    return " ".join(word for word in text.split() if word not in called) or text
