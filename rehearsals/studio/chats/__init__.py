"""Recorded chats for the comparison of personas, one for each language."""

import tomllib
from functools import cache
from importlib.resources import files

from rehearsals.studio.line_runner import ViewerLine

LANGUAGES = ("it", "en", "de")


@cache
def recorded_chat(language: str) -> tuple[ViewerLine, ...]:
    """Return the lines of a chat in order; `language` is one of `LANGUAGES`."""
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tuple(ViewerLine(name, words) for name, words in tomllib.loads(text)["lines"])
