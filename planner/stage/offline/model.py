"""Answers by rules alone: a prompt goes in, one ready line of the right kind comes out at once.

It never repeats what a viewer wrote, and claims no fact about the show: what it does not know it leaves
to the creator.
"""

from collections.abc import AsyncGenerator

from planner.stage.lines import LANGUAGES, LineBook, fill, load_lines, ready_language
from planner.stage.names import sayable_name
from planner.stage.offline.intents import UNKNOWN, recognise
from planner.stage.ports import Prompt
from planner.stage.turn import TokenUsage

CALM = "calm"
# Even a heated comment gets these answers: they are kind already, and silence would be worse.
CAREFUL_INTENTS = frozenset({"distress", "sensitive"})
NAMELESS_HOST = {"it": "l'host virtuale", "en": "the virtual host"}


class OfflineModel:
    """A `LanguageModel` that costs nothing. With the same seed and the same turns it says the same."""

    def __init__(self, *, seed: int = 0) -> None:
        self._books = {
            language: LineBook(load_lines(__package__, f"lines_{language}.toml"), seed=f"{seed}/{language}")
            for language in LANGUAGES
        }
        for language in LANGUAGES:
            recognise("a", language)  # compiles the patterns now rather than during the first reply

    async def write(self, prompt: Prompt, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield one line. It cannot fail and uses no tokens."""
        usage.model = "offline"
        yield self._reply(prompt)

    def _reply(self, prompt: Prompt) -> str:
        turn = prompt.turn
        language = ready_language(turn.language or prompt.character.language)
        intent = recognise(turn.text, language)
        if turn.careful and intent not in CAREFUL_INTENTS:
            intent = CALM
        book = self._books[language]
        line = book.draw(intent if intent in book else UNKNOWN)
        host = sayable_name(prompt.character.name) or NAMELESS_HOST[language]
        return fill(line, name=sayable_name(turn.viewer_name), host=host)
