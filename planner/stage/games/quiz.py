"""One quiz question in the chat; the first right answer wins."""

from dataclasses import asdict, dataclass, field
from typing import Any

from planner.stage.games.answer_matching import MAX_MORE_WORDS, is_number, is_right, numbers_in, words_of
from planner.stage.games.questions import Question

OPEN_S = 25.0
HINT_AFTER_S = 12.0
POINTS = 10
POINTS_AFTER_HINT = 5


@dataclass(slots=True)
class Quiz:
    """A question that is being asked. Its clock runs from `opened_at_s`, when the host has said it.

    Where the answer is a number, only the first that a viewer names counts, so that nobody counts up to it.
    """

    question: Question
    language: str
    opened_at_s: float | None = None
    closed: bool = False
    hinted: bool = False
    winner_id: str = ""
    winner_name: str = ""
    points: int = 0
    first_numbers: dict[str, str] = field(default_factory=dict)

    kind = "quiz"

    @property
    def ends_at_s(self) -> float | None:
        return None if self.opened_at_s is None else self.opened_at_s + OPEN_S

    @property
    def hint_at_s(self) -> float | None:
        return None if self.opened_at_s is None or self.hinted else self.opened_at_s + HINT_AFTER_S

    def hear(self, text: str, viewer_id: str, viewer_name: str, now_s: float) -> bool:
        """Take a line; return whether it was an answer, and so needs none itself."""
        if self.opened_at_s is None:
            return False
        right = self._is_right(text, viewer_id)
        if right and not self.closed and now_s <= self.opened_at_s + OPEN_S:
            self.winner_id, self.winner_name = viewer_id, viewer_name
            self.points = POINTS_AFTER_HINT if self.hinted else POINTS
            self.closed = True
        words = words_of(text, self.language)
        return right or (len(words) == 1 and words[0].isdecimal())

    def _is_right(self, text: str, viewer_id: str) -> bool:
        answers = self.question.answers
        if len(words_of(text, self.language)) > 1 + MAX_MORE_WORDS:
            return is_right(text, answers, self.language)
        if any(is_number(answer, self.language) for answer in answers):
            numbers = numbers_in(text, self.language)
            if not numbers or self.first_numbers.setdefault(viewer_id, numbers[0]) != numbers[0]:
                return False
        return is_right(text, answers, self.language)

    def state(self) -> dict[str, Any]:
        """Return what a screen shows of it."""
        return {
            "question": self.question.text,
            "answer": self.question.answers[0],
            "options": [],
            "winner": self.winner_name,
            "points": self.points,
        }

    def snapshot(self) -> dict[str, Any]:
        return {**asdict(self), "question": self.question.snapshot()}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "Quiz":
        return cls(**{**saved, "question": Question.restored(saved["question"])})
