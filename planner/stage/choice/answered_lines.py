"""Remembers which lines of which viewers were answered, so that a repeated line gets one answer."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel

from planner.stage.choice.line_features import MAX_CHARACTERS, read

# A viewer who has not written a line for so long may get another answer to it.
REPEAT_S = 120.0
# The only viewer who writes gets another answer so long after the last one: it disturbs nobody.
REPEAT_ALONE_S = 30.0
# So near, letter by letter, that it is the same line with a slip, a number or a further mark.
SAME_LINE = 0.9
REMEMBERED_VIEWERS = 500
LINES_OF_A_VIEWER = 8

_RUN = re.compile(r"(\D)\1+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as far as it matters for being the same: its words, and the numbers in a question."""

    text: str
    numbers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Answered:
    line: Line
    answered_s: float
    written_s: float

    def is_recent(self, at_s: float, *, is_alone: bool) -> bool:
        if is_alone:
            return at_s - self.answered_s <= REPEAT_ALONE_S
        return at_s - self.written_s <= REPEAT_S


def line_of(text: str, language: str, host_name: str = "") -> Line:
    """Return what two spellings of one line have in common."""
    features = read(text, language, host_name)
    words = " ".join(features.words) or " ".join(text[:MAX_CHARACTERS].split())
    numbers = tuple(_NUMBER.findall(words)) if features.is_question else ()
    return Line(_RUN.sub(r"\1", words), numbers)


def is_same_line(one: Line, other: Line) -> bool:
    """Return whether two lines of one viewer say the same."""
    if one.numbers != other.numbers:
        return False
    return Indel.normalized_similarity(one.text, other.text, score_cutoff=SAME_LINE) > 0.0


class AnsweredLines:
    """The lines that were answered lately, by viewer. Times are wall-clock seconds."""

    def __init__(self) -> None:
        self._of_viewer: OrderedDict[str, list[_Answered]] = OrderedDict()

    def answered(self, viewer: str, line: Line, at_s: float) -> None:
        """Record the answer to a line; without a viewer it is not remembered."""
        if not viewer or not line.text:
            return
        lines = self._of_viewer.setdefault(viewer, [])
        self._of_viewer.move_to_end(viewer)
        recent = [each for each in lines if at_s - each.written_s <= REPEAT_S]
        self._of_viewer[viewer] = [*recent, _Answered(line, at_s, at_s)][-LINES_OF_A_VIEWER:]
        if len(self._of_viewer) > REMEMBERED_VIEWERS:
            self._of_viewer.popitem(last=False)

    def forget(self, viewer: str, line: Line) -> None:
        """Forget the answer to a line, because it was cut off."""
        if viewer in self._of_viewer:
            lines = self._of_viewer[viewer]
            self._of_viewer[viewer] = [each for each in lines if not is_same_line(each.line, line)]

    def wrote(self, viewer: str, line: Line, at_s: float) -> None:
        """Record that a viewer writes a line: while it is repeated, its answer counts as recent."""
        for each in self._of_viewer.get(viewer, ()):
            if at_s - each.written_s <= REPEAT_S and is_same_line(each.line, line):
                each.written_s = at_s

    def has(self, viewer: str, line: Line, at_s: float, *, is_alone: bool = False) -> bool:
        """Return whether this viewer's line was answered lately."""
        return any(
            each.is_recent(at_s, is_alone=is_alone) and is_same_line(each.line, line)
            for each in self._of_viewer.get(viewer, ())
        )

    def knows(self, viewer: str) -> bool:
        """Return whether any line of a viewer was answered lately."""
        return viewer in self._of_viewer

    def snapshot(self) -> list[list[Any]]:
        """Return the lines as plain values, oldest viewer first."""
        return [
            [viewer, each.line.text, list(each.line.numbers), each.answered_s]
            for viewer, lines in self._of_viewer.items()
            for each in lines
        ]

    def restore(self, saved: list[list[Any]]) -> None:
        """Continue from a snapshot."""
        for viewer, text, numbers, answered_s in saved:
            self.answered(viewer, Line(text, tuple(numbers)), answered_s)
