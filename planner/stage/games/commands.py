"""Parses chat commands, which start with `!`."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from planner.stage.cleaning import plain

MARK = "!"
MAX_ARGUMENT_CHARACTERS = 300


class CommandName(StrEnum):
    """A command for every viewer."""

    QUIZ = "quiz"
    POLL = "poll"
    TOPIC = "topic"
    SCORES = "scores"
    HELP = "help"
    MUTE = "mute"
    UNMUTE = "unmute"
    STOP = "stop"
    UNKNOWN = "unknown"


class Control(StrEnum):
    """A command for the streamer and moderators only."""

    MUTE = "mute"
    UNMUTE = "unmute"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class GameCommand:
    """One command of the chat. `argument` is untrusted text."""

    name: CommandName
    argument: str = ""


CONTROLS = {
    CommandName.MUTE: Control.MUTE,
    CommandName.UNMUTE: Control.UNMUTE,
    CommandName.STOP: Control.STOP,
}

# Italian, English, German; without accents.
_WORDS = {
    CommandName.QUIZ: "quiz domanda trivia frage",
    CommandName.POLL: "poll sondaggio umfrage",
    CommandName.TOPIC: "tema argomento topic thema",
    CommandName.SCORES: "classifica punti punteggio leaderboard scores points rangliste punkte",
    CommandName.HELP: "aiuto comandi help commands hilfe befehle",
    CommandName.MUTE: "mute muto silenzio stumm",
    CommandName.UNMUTE: "unmute parla speak sprich",
    CommandName.STOP: "stop ferma stopp",
}
_NAMES = {word: name for name, words in _WORDS.items() for word in words.split()}


def parse_command(text: str) -> GameCommand | None:
    """Parse a chat command; None if the line is not one."""
    line = plain(unicodedata.normalize("NFKC", text).replace("\u200d", ""))
    if not line.startswith(MARK):
        return None
    word, _, argument = line.lstrip(MARK + " ").partition(" ")
    name = _NAMES.get(without_accents(word).casefold().rstrip("!.,:;?"), CommandName.UNKNOWN)
    return GameCommand(name, argument.strip()[:MAX_ARGUMENT_CHARACTERS])


def without_accents(text: str) -> str:
    """Return `text` with bare letters: `città` gives `citta`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
