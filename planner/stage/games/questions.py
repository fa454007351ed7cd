"""Deals the questions of a quiz, the show's own first."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from planner.stage.language_detection import primary_language

SHIPPED = ("it", "en", "de")
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Question:
    """A question. Any of `answers` is right; the first is the one that the host says."""

    text: str
    answers: tuple[str, ...]
    category: str = ""

    def snapshot(self) -> list[Any]:
        return [self.text, list(self.answers), self.category]

    @classmethod
    def restored(cls, saved: Sequence[Any]) -> "Question":
        text, answers, category = saved
        return cls(text, tuple(answers), category)


@cache
def shipped_questions(language: str) -> tuple[Question, ...]:
    """Return the questions that come with the product; English serves the languages that have none."""
    primary = primary_language(language)
    filename = f"questions_{primary if primary in SHIPPED else FALLBACK}.toml"
    categories = tomllib.loads(files(__package__).joinpath(filename).read_text(encoding="utf-8"))
    return tuple(
        Question(text, tuple(answers), category)
        for category, rows in categories.items()
        for text, *answers in rows
    )


class QuestionDeck:
    """Deals the show's own questions in their order, then the shipped ones shuffled; then all over again."""

    def __init__(self, own: Sequence[Question], *, language: str, seed: int) -> None:
        self._own = own
        self._shipped = list(shipped_questions(language))
        Random(f"{seed}/questions").shuffle(self._shipped)  # noqa: S311 (no secret)
        self._asked: dict[str, None] = {}

    def draw(self) -> Question:
        """Return the next question that was not asked; the one asked longest ago when all were."""
        questions = {question.text: question for question in (*self._shipped[::-1], *self._own[::-1])}
        waiting = [text for text in reversed(questions) if text not in self._asked]
        text = waiting[0] if waiting else next(text for text in self._asked if text in questions)
        self._asked.pop(text, None)
        self._asked[text] = None
        return questions[text]

    def snapshot(self) -> list[str]:
        """Return what was asked, oldest first."""
        return list(self._asked)

    def restore(self, saved: Sequence[str]) -> None:
        """Go on with a snapshot."""
        self._asked = dict.fromkeys(saved)
