"""Finds instructions to an assistant in documents, in Italian, English and German.

A document is data. Whoever writes into it what a language model should do has no customer in mind, so the
document is held until somebody of the workspace has looked at it. Ordinary instructions to customers
("follow these steps") must not be found: the words of each pattern name a model, its rules or its answers.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from knowledge.parsing.characters import visible

MAX_FLAGS = 50
MAX_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class InstructionFlag:
    """A place where a document speaks to an assistant. `is_hidden`: its readers do not see it."""

    excerpt: str
    is_hidden: bool = False


def instructions_in(texts: Iterable[str], *, are_hidden: bool = False) -> Iterator[InstructionFlag]:
    """Yield the places in some texts that speak to an assistant."""
    for text in texts:
        shown = visible(text)
        for pattern in _patterns():
            if found := pattern.search(shown):
                start = max(0, found.start() - 40)
                yield InstructionFlag(shown[start : start + MAX_EXCERPT].strip(), are_hidden)
                break


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(files(__package__).joinpath("instructions.toml").read_text(encoding="utf-8"))
    patterns = []
    for pattern in (each for group in table["patterns"].values() for each in group):
        whole = pattern
        for name, words in table["words"].items():
            whole = whole.replace(f"<<{name}>>", words)
        patterns.append(re.compile(whole, re.IGNORECASE))
    return tuple(patterns)
