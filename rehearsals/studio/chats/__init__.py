"""Captured chats on which personas are compared: a language goes in, its lines come out in their order."""

import tomllib
from functools import cache
from importlib.resources import files

from rehearsals.studio.answering import ViewerLine

LANGUAGES = ("it", "en")


@cache
def captured_chat(language: str) -> tuple[ViewerLine, ...]:
    """Return the lines of a language, one of `LANGUAGES`."""
    text = files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tuple(ViewerLine(name, words) for name, words in tomllib.loads(text)["lines"])
