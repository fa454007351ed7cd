"""Gives thanks and help: a turn that is not a comment goes in, a ready line comes out, or nothing."""

from collections.abc import Mapping

from planner.stage.cleaning import clean_for_speech
from planner.stage.lines import LANGUAGES, LineBook, fill, load_lines, ready_language
from planner.stage.names import sayable_name
from planner.stage.turn import Turn, TurnKind

HELP_COMMANDS = frozenset({"!aiuto", "!help"})
MAX_GIFT_NAME_CHARACTERS = 40


class StockHost:
    """The host's ready lines for one live, in every language it has them."""

    def __init__(self, *, seed: int = 0) -> None:
        self._books = {
            language: LineBook(load_lines(__package__, f"lines_{language}.toml"), seed=f"{seed}/{language}")
            for language in LANGUAGES
        }
        self._gifts = {language: load_lines(__package__, f"gifts_{language}.toml") for language in LANGUAGES}

    def line_for(self, turn: Turn) -> str:
        """Return the line to say, or an empty string for a command that has none."""
        topic = _topic_of(turn)
        if not topic:
            return ""
        language = ready_language(turn.language)
        line = self._books[language].draw(topic)
        return fill(line, name=sayable_name(turn.viewer_name), present=_present(turn, self._gifts[language]))


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
