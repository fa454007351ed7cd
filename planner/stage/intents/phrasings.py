"""Reads the phrasings of each intent; `(one|two|)` in a phrasing stands for any of its parts."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from random import Random

_HEADER = re.compile(r"\[(\w+)\]")
_CHOICE = re.compile(r"\(([^()]*)\)")
SAMPLES_PER_LINE = 14


def read_phrasings(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the lines of `phrasings_<language>.txt` by intent, as they are written."""
    lines: dict[str, list[str]] = {}
    intent = ""
    for line in files(__package__).joinpath(f"phrasings_{language}.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        header = _HEADER.fullmatch(line.strip())
        if header:
            intent = header[1]
        else:
            lines.setdefault(intent, []).append(line.strip())
    return {intent: tuple(found) for intent, found in lines.items()}


def expand(lines: Sequence[str], random: Random, *, samples: int = SAMPLES_PER_LINE) -> list[str]:
    """Return up to `samples` different phrasings of each line."""
    found: dict[str, None] = {}
    for line in lines:
        tries = samples if "(" in line else 1
        found.update(dict.fromkeys(_sample(line, random) for _ in range(tries)))
    return list(found)


def _sample(line: str, random: Random) -> str:
    while choice := _CHOICE.search(line):
        line = line[: choice.start()] + random.choice(choice[1].split("|")) + line[choice.end() :]
    return " ".join(line.split())
