"""Answers by rules alone: a prompt goes in, one ready line of the right kind comes out at once.

It never repeats what a viewer wrote, and claims no fact about the show: what it does not know it leaves
to the creator.
"""

import time
from collections.abc import AsyncGenerator, Callable

from planner.errors import PlannerError
from planner.stage.lines import (
    LANGUAGES,
    FrozenBooks,
    fill,
    freeze_books,
    load_books,
    never,
    ready_language,
    restore_books,
)
from planner.stage.names import sayable_name
from planner.stage.offline.intents import UNKNOWN, recognise
from planner.stage.ports import Prompt
from planner.stage.turn import TokenUsage

OFFLINE = "offline"
CALM = "calm"
# Even a heated comment gets these answers: they are kind already, and silence would be worse.
CAREFUL_INTENTS = frozenset({"distress", "sensitive"})
# Nobody who says this is left without an answer, not even for fear of repeating one.
OWED_INTENTS = frozenset({"distress"})
# A light line about nothing would not do instead.
WITHOUT_STAND_IN = frozenset({CALM, "distress", "sensitive", "host_kind", "insult", "contact", "spam", "sad"})
NAMELESS_HOST = {"it": "l'host virtuale", "en": "the virtual host"}


class OfflineModel:
    """A `LanguageModel` that costs nothing. With the same seed and the same turns it says the same."""

    def __init__(self, *, seed: int = 0, now_s: Callable[[], float] = time.time) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)
        for language in LANGUAGES:
            recognise("a", language)  # compiles the patterns now rather than during the first reply

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield one line, for no tokens. Raises `PlannerError` when all that fit were said of late."""
        line = self.line_for(prompt)
        if not line:
            raise PlannerError("No ready line has rested long enough.")
        usage.model = OFFLINE
        yield line

    def line_for(self, prompt: Prompt, *, is_repeat: Callable[[str], bool] = never) -> str:
        """Return a line that has rested and is no repeat; an empty string when there is none."""
        turn = prompt.turn
        language = ready_language(turn.language or prompt.character.language)
        intent = recognise(turn.text, language)
        if turn.careful and intent not in CAREFUL_INTENTS:
            intent = CALM
        host = sayable_name(prompt.character.name) or NAMELESS_HOST[language]

        def spoken(line: str) -> str:
            return fill(line, name=sayable_name(turn.viewer_name), host=host)

        book = self._books[language]
        for topic in _topics_for(intent):
            if topic in book and (line := book.draw_fresh(topic, spoken=spoken, is_repeat=is_repeat)):
                return line
        return spoken(book.draw(intent)) if intent in OWED_INTENTS else ""

    def snapshot(self) -> FrozenBooks:
        """Return which lines have been used."""
        return freeze_books(self._books)

    def restore(self, frozen: FrozenBooks) -> None:
        """Go on with a snapshot."""
        restore_books(self._books, frozen)


def _topics_for(intent: str) -> tuple[str, ...]:
    return (intent,) if intent in WITHOUT_STAND_IN else (intent, UNKNOWN)
