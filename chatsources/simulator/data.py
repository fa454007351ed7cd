"""Loads the simulator's texts from the TOML files beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("it", "en", "de")
FALLBACK = "en"


@cache
def load(filename: str) -> dict[str, Any]:
    """Return the content of a data file, which is read once a process; the caller must not change it."""
    return tomllib.loads(files(__package__).joinpath(filename).read_text(encoding="utf-8"))


def chat_language(tag: str) -> str:
    """Return the one of `LANGUAGES` for a language tag such as `it-IT`; English for all others."""
    primary = tag.casefold().replace("_", "-").split("-")[0]
    return primary if primary in LANGUAGES else FALLBACK
