"""Builds the script of a rehearsal: its replies in order, each with its similarity to earlier ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process, utils
from rapidfuzz.distance import Indel

from chatsources.events import LiveEvent
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.records import ReplyRecord
from moderation.stage.help_lines import HELP_LINES
from planner.stage.cues import NextAction
from planner.stage.repetition import TOO_CLOSE
from planner.stage.turn import TurnKind
from rehearsals.rehearsal.trace import RehearsalTrace, TracedPlayback, TracedReply

REPETITION_WINDOW_S = 30 * 60.0
# A gift must be thanked even when no fresh words are left.
MANDATORY_KINDS = frozenset({TurnKind.GIFT})
ACTIONS = {
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
class ScriptLine:
    """One reply, spoken or not.

    - `at_s`: when the pipeline first reported it, in seconds into the rehearsal.
    - `playback`: None when nothing of it was audible.
    - `similarity`: 0 to 1, to the most similar line spoken in the `REPETITION_WINDOW_S` before. It is the
      planner's measure, without the viewers' names.
    """

    at_s: float
    record: ReplyRecord
    playback: TracedPlayback | None
    similarity: float = 0.0

    @property
    def state(self) -> str:
        """The host's state (`NextAction`) in which the line was said."""
        if self.record.state:
            return self.record.state
        kind = self.record.trigger_kind
        return ACTIONS[TurnKind(kind)].value if kind in set(TurnKind) else NextAction.ANSWER.value

    @property
    def is_mandatory(self) -> bool:
        """Whether the line had to be said, so that a repetition is no fault."""
        return self.record.trigger_kind in MANDATORY_KINDS or self.is_help

    @property
    def is_help(self) -> bool:
        return self.record.text in HELP_LINES.values()

    @property
    def is_repetition(self) -> bool:
        return self.similarity >= TOO_CLOSE

    @property
    def answered(self) -> tuple[LiveEvent, ...]:
        """The events that the line reacts to."""
        trigger = self.record.trigger
        return (*((trigger,) if trigger else ()), *self.record.also)

    @property
    def is_answer(self) -> bool:
        return self.state == NextAction.ANSWER and self.record.trigger is not None and not self.is_help

    @property
    def age_s(self) -> float | None:
        """The age of the answered event when the answer's first audio was sent."""
        ms = self.record.times.first_audio_ms
        return None if ms is None else ms / 1000

    @property
    def began_at_s(self) -> float:
        """When the line became audible or, for a silent one, `at_s`."""
        return self.at_s if self.playback is None else self.playback.begins_at_s


def build_script(trace: RehearsalTrace) -> list[ScriptLine]:
    """Return all replies of a trace in the order in which they began."""
    replies = sorted(trace.replies.values(), key=lambda reply: _began_at_s(reply, trace))
    lines = [ScriptLine(reply.at_s, reply.record, trace.playbacks.get(reply.record.id)) for reply in replies]
    audible = [line for line in lines if line.playback is not None]
    pairs = zip(audible, _similarities(audible), strict=True)
    similarity = {line.record.id: value for line, value in pairs}
    return [
        ScriptLine(line.at_s, line.record, line.playback, similarity.get(line.record.id, 0.0))
        for line in lines
    ]


def fully_spoken(lines: Iterable[ScriptLine]) -> list[ScriptLine]:
    """Return the lines that were audible to their end."""
    return [
        line for line in lines if line.playback is not None and line.record.outcome is ReplyOutcome.SPOKEN
    ]


def _began_at_s(reply: TracedReply, trace: RehearsalTrace) -> float:
    playback = trace.playbacks.get(reply.record.id)
    return reply.at_s if playback is None else playback.begins_at_s


def _similarities(audible: Sequence[ScriptLine]) -> Iterator[float]:
    texts = [_without_names(line) for line in audible]
    first = 0
    for place, line in enumerate(audible):
        while audible[first].began_at_s < line.began_at_s - REPETITION_WINDOW_S:
            first += 1
        nearest = process.extractOne(
            texts[place], texts[first:place], scorer=Indel.normalized_similarity, processor=None
        )
        yield nearest[1] if nearest and texts[place] else 0.0


def _without_names(line: ScriptLine) -> str:
    text = utils.default_process(line.record.text)
    viewers = [event.viewer.name for event in line.answered if event.viewer is not None]
    names = {word for name in viewers for word in utils.default_process(name).split()}
    return " ".join(word for word in text.split() if word not in names) or text
