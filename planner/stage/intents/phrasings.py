"""Reads the phrasings of each intent; `(one|two|)` in a phrasing stands for any of its parts."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from random import Random

from planner.stage.intents.classifier import OTHER

_HEADER = re.compile(r"\[(\w+)\]")
_CHOICE = re.compile(r"\(([^()]*)\)")
SAMPLES_PER_LINE = 14


def read_phrasings(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the lines of each intent as they are written; `OTHER` includes the talk that is in no intent."""
    lines: dict[str, list[str]] = {}
    intent = ""
    for line in _lines_of(f"phrasings_{language}.txt"):
        header = _HEADER.fullmatch(line)
        if header:
            intent = header[1]
        else:
            lines.setdefault(intent, []).append(line)
    lines[OTHER].extend(_lines_of(f"plain_talk_{language}.txt"))
    return {intent: tuple(found) for intent, found in lines.items()}


def samples_of(line: str, random: Random, *, most: int = SAMPLES_PER_LINE) -> list[str]:
    """Return up to `most` different phrasings of a line."""
    tries = most if "(" in line else 1
    return list(dict.fromkeys(_sample(line, random) for _ in range(tries)))


def _lines_of(filename: str) -> Iterator[str]:
    for line in files(__package__).joinpath(filename).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _sample(line: str, random: Random) -> str:
    while choice := _CHOICE.search(line):
        line = line[: choice.start()] + random.choice(choice[1].split("|")) + line[choice.end() :]
    return " ".join(line.split())
