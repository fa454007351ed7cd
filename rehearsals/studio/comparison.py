"""Compares two personas: both answer the lines of a recorded chat, and the answers are cached."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.models import Persona
from rehearsals.studio.answer import StudioAnswer
from rehearsals.studio.answer_cache import read_answer, store_answer
from rehearsals.studio.answer_summary import AnswerSummary, summarize_answer
from rehearsals.studio.chats import recorded_chat
from rehearsals.studio.line_runner import ViewerLine
from rehearsals.studio.persona_setup import PersonaSetup, build_setup
from rehearsals.studio.services import answer_with_each, speak_text
from speech.errors import PreviewRefused
from tenants.models import Tenant, User

PAGE_LINES = 12
SIDES = ("a", "b")


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """One persona's answer. `side` is one of `SIDES`."""

    side: str
    answer: StudioAnswer
    summary: AnswerSummary


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of the chat, by its number in it, with both answers."""

    number: int
    line: ViewerLine
    answers: Sequence[ComparedAnswer]


class PersonaComparison:
    """Two personas of one tenant and the recorded chat that both answer."""

    def __init__(self, *, tenant: Tenant, personas: tuple[Persona, Persona], language: str) -> None:
        self.lines = recorded_chat(language)
        self._tenant = tenant
        self._setups = [build_setup(persona=persona, show=None, language=language) for persona in personas]

    def answered_lines(self, start: int, end: int) -> list[ComparedLine]:
        """Return the lines from `start` up to the first one without both answers, or to `end`."""
        rows: list[ComparedLine] = []
        for number in range(start, end):
            answers = [self._cached(setup, number) for setup in self._setups]
            compared = [
                ComparedAnswer(side, answer, summarize_answer(answer))
                for side, answer in zip(SIDES, answers, strict=True)
                if answer is not None
            ]
            if len(compared) < len(SIDES):
                break
            rows.append(ComparedLine(number, self.lines[number], compared))
        return rows

    def answer_line(self, number: int, *, user: User) -> None:
        """Get and cache the answers that are missing. Blocks.

        Raise `PreviewRefused`.
        """
        line = self.lines[number]
        # Each side has a seed of its own, or two hosts without a model would say the same.
        missing = [
            (setup, len(SIDES) * number + place)
            for place, setup in enumerate(self._setups)
            if read_answer(tenant=self._tenant, key=setup.cache_key(line)) is None
        ]
        for setup, answer in answer_with_each(setups=missing, line=line, user=user):
            store_answer(tenant=self._tenant, key=setup.cache_key(line), answer=answer)

    def speak_answer(self, number: int, side: str, *, user: User) -> bytes | None:
        """Return a cached answer as a WAV file, empty when the voice fails; None without an answer. Blocks.

        Raise `PreviewRefused`.
        """
        setup = self._setups[SIDES.index(side)]
        answer = read_answer(tenant=self._tenant, key=setup.cache_key(self.lines[number]))
        if answer is None or not answer.text:
            return None
        return speak_text(setup=setup, text=answer.text, user=user)

    def _cached(self, setup: PersonaSetup, number: int) -> StudioAnswer | None:
        try:
            return read_answer(tenant=self._tenant, key=setup.cache_key(self.lines[number]))
        except PreviewRefused:
            return None  # the page shows the line as not answered yet
