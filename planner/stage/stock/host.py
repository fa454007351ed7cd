"""Gives thanks and help: a turn that is not a comment goes in, a ready line comes out, or nothing."""

import time
from collections.abc import Callable, Mapping

from planner.stage.cleaning import clean_for_speech
from planner.stage.lines import (
    LANGUAGES,
    FrozenBooks,
    fill,
    freeze_books,
    load_books,
    load_lines,
    never,
    ready_language,
    restore_books,
)
from planner.stage.names import sayable_name
from planner.stage.turn import Turn, TurnKind

OWED_TOPICS = frozenset({"gift", "gift_many", "help"})
HELP_COMMANDS = frozenset({"!aiuto", "!help"})
MAX_GIFT_NAME_CHARACTERS = 40


class StockHost:
    """The host's ready lines for one live, in every language it has them."""

    def __init__(self, *, seed: int = 0, now_s: Callable[[], float] = time.time) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)
        self._gifts = {language: load_lines(__package__, f"gifts_{language}.toml") for language in LANGUAGES}

    def line_for(self, turn: Turn, *, is_repeat: Callable[[str], bool] = never) -> str:
        """Return the line to say, or an empty string for a command that has none.

        Thanks for a gift and help are owed, if need be in words that were heard before; the rest is not.
        """
        topic = _topic_of(turn)
        if not topic:
            return ""
        language = ready_language(turn.language)
        present = _present(turn, self._gifts[language])

        def spoken(line: str) -> str:
            return fill(line, name=sayable_name(turn.viewer_name), present=present)

        book = self._books[language]
        fresh = book.draw_fresh(topic, spoken=spoken, is_repeat=is_repeat)
        return fresh or (spoken(book.draw(topic)) if topic in OWED_TOPICS else "")

    def snapshot(self) -> FrozenBooks:
        """Return which lines have been used."""
        return freeze_books(self._books)

    def restore(self, frozen: FrozenBooks) -> None:
        """Go on with a snapshot."""
        restore_books(self._books, frozen)


def _topic_of(turn: Turn) -> str:
    if turn.kind is TurnKind.COMMAND:
        command = turn.text.strip().casefold().split(maxsplit=1)
        return "help" if command and command[0] in HELP_COMMANDS else ""
    if turn.kind is TurnKind.GIFT:
        return "gift_many" if turn.count > 1 else "gift"
    return turn.kind.value


def _present(turn: Turn, gifts: Mapping[str, tuple[str, ...]]) -> str:
    """Word a gift with its number: a rose, 5 roses, the gift Meteor Shower, 3 Meteor Shower gifts."""
    gift = clean_for_speech(turn.gift_name[:200])[:MAX_GIFT_NAME_CHARACTERS].strip()
    one, many = gifts.get(gift.casefold()) or gifts["other" if gift else "unnamed"]
    return (many if turn.count > 1 else one).format(gift=gift, count=turn.count)
