"""How the host behaved in a rehearsal: whom it thanked how soon, how often it spoke, what it let through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from livesessions.pipeline.ports import Gate
from livesessions.pipeline.selection.reply_pacer import ReplyPacer
from livesessions.sources.events import EventKind, LiveEvent
from moderation.stage.verdict import Action
from planner.stage.turn import TurnKind
from rehearsals.rehearsal.notes import PLAYS_AFTER_S, Notes
from rehearsals.rehearsal.said import SaidLine

TOLERANCE_S = 0.05


@dataclass(frozen=True, slots=True)
class Rates:
    """How often the policy lets the host answer."""

    cooldown_min_s: float
    cooldown_max_s: float
    answers_per_minute: int = 60
    thanks_per_minute: int = 60


@dataclass(frozen=True, slots=True)
class Gap:
    """From the start of one answer to that of the next, and how long it had to be."""

    s: float
    allowed_s: float

    @property
    def is_too_short(self) -> bool:
        return self.s < self.allowed_s - TOLERANCE_S


@dataclass(frozen=True, slots=True)
class Thanks:
    """How long a gift waited for the first sound of its thanks, in seconds.

    `s` counts from the end of its streak, `free_s` from when the host had finished what it was saying then.
    """

    s: float
    free_s: float


def thanks_of(notes: Notes, said: Sequence[SaidLine]) -> list[Thanks]:
    """Return how long each gift that was thanked has waited."""
    closed_at_s = {_gift_key(noted.event): noted.at_s for noted in notes.events if _closes(noted.event)}
    thanks = []
    for line in said:
        if line.record.trigger_kind != TurnKind.GIFT or line.sound is None or line.age_s is None:
            continue
        sounded_at_s = line.sound.begins_at_s - PLAYS_AFTER_S
        for event in line.answered:
            # A streak whose closing frame was lost ends when it is no longer waited for.
            ended_at_s = closed_at_s.get(_gift_key(event), sounded_at_s - line.age_s)
            if ended_at_s <= sounded_at_s:
                free_at_s = min(_free_at_s(notes, ended_at_s), sounded_at_s)
                thanks.append(Thanks(sounded_at_s - ended_at_s, sounded_at_s - free_at_s))
    return thanks


def _free_at_s(notes: Notes, at_s: float) -> float:
    """Return when the host has finished what it says at a moment; that moment while it is silent."""
    ends = (sound.ends_at_s for sound in notes.sounds.values() if sound.begins_at_s <= at_s < sound.ends_at_s)
    return max(ends, default=at_s)


def _closes(event: LiveEvent) -> bool:
    return event.kind is EventKind.GIFT and not event.streak_open


def _gift_key(event: LiveEvent) -> tuple[str, ...]:
    gift = event.gift
    if gift is None or not gift.streak_id:
        return (event.source_id,)
    return (event.viewer.id if event.viewer else "", gift.id, gift.streak_id)


def gaps_of(notes: Notes, said: Sequence[SaidLine], rates: Rates) -> list[Gap]:
    """Return the gaps between answers, each with the cooldown that held when the host chose the second."""
    answers = [line for line in said if line.is_answer and line.sound is not None]
    tempo = ReplyPacer(
        cooldown_min_s=rates.cooldown_min_s,
        cooldown_max_s=rates.cooldown_max_s,
        answers_per_minute=rates.answers_per_minute,
        thanks_per_minute=rates.thanks_per_minute,
    )
    lines = (noted.at_s for noted in notes.events if noted.event.kind in _COUNTED)
    came = next(lines, None)
    gaps = []
    for before, line in pairwise(answers):
        chosen_at_s = _chosen_at_s(line)
        while came is not None and came <= chosen_at_s:
            tempo.line_came(came)
            came = next(lines, None)
        gap_s = line.began_at_s - before.began_at_s
        gaps.append(Gap(gap_s, tempo.cooldown_s(chosen_at_s)))
    return gaps


_COUNTED = frozenset({EventKind.COMMENT, EventKind.QUESTION})


def _chosen_at_s(line: SaidLine) -> float:
    times = line.record.times
    prepared_ms = (times.first_audio_ms or 0) - (times.waited_ms or 0)
    return line.began_at_s - PLAYS_AFTER_S - prepared_ms / 1000


def toxic_answers(notes: Notes, said: Sequence[SaidLine]) -> list[SaidLine]:
    """Return the replies to lines that must be passed over.

    Distress is answered by the line of help alone, and what was asked in earnest by a neutral one.
    """
    allowed = {Action.HELP: _is_help, Action.NEUTRAL_LINE: _is_neutral}
    blocked = {
        noted.event.source_id: noted.verdict.action
        for noted in notes.events
        if noted.verdict is not None and noted.verdict.blocked
    }
    return [
        line
        for line in said
        if line.sound is not None
        and any(
            not allowed.get(blocked[event.source_id], _never)(line)
            for event in line.answered
            if event.source_id in blocked
        )
    ]


def _is_help(line: SaidLine) -> bool:
    return line.is_help


def _is_neutral(line: SaidLine) -> bool:
    return line.record.trigger_kind == TurnKind.NEUTRAL


def _never(line: SaidLine) -> bool:
    return False


def toxic_words(said: Sequence[SaidLine], gate: Gate) -> list[SaidLine]:
    """Return the replies of which something was heard that the gate lets nobody say, or that was shown so."""
    return [
        line
        for line in said
        if line.sound is not None
        and not line.is_help
        and any(gate.review(text).blocked for text in (line.record.text, *_captions(line)))
    ]


def _captions(line: SaidLine) -> Iterator[str]:
    for _, text in line.sound.captions if line.sound else ():
        yield text
