"""The simulator's texts: TOML files that lie beside this module go in, plain tables come out."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("it", "en")
FALLBACK = "en"


@cache
def load(filename: str) -> dict[str, Any]:
    """Read one of the data files, once a process. The caller does not change what it gets."""
    return tomllib.loads(files(__package__).joinpath(filename).read_text(encoding="utf-8"))


def chat_language(tag: str) -> str:
    """Return which of `LANGUAGES` a language tag such as `it-IT` is simulated in; English for all others."""
    primary = tag.casefold().replace("_", "-").split("-")[0]
    return primary if primary in LANGUAGES else FALLBACK
