"""Describes what each voice provider can do."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """The range of a setting, both ends included."""

    least: float
    most: float

    def hold(self, value: float) -> float:
        """Return the value, clamped to the range."""
        return min(max(value, self.least), self.most)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one provider can do. A range of None: fixed there. No languages: all of them."""

    streaming: bool
    rates_hz: tuple[int, ...]
    languages: tuple[str, ...]
    needs_key: bool
    speed: Range | None = None
    pitch: Range | None = None

    def speaks(self, language: str) -> bool:
        return not self.languages or language[:2] in self.languages


def capabilities_of(provider: str) -> Capabilities:
    """Return a provider's capabilities; raise `KeyError` for one that does not exist."""
    return all_capabilities()[provider]


@cache
def all_capabilities() -> Mapping[str, Capabilities]:
    """Every provider's capabilities, by its name."""
    table = tomllib.loads(files(__package__).joinpath("capabilities.toml").read_text(encoding="utf-8"))
    return {name: _capabilities(row) for name, row in table.items()}


def _capabilities(row: dict[str, Any]) -> Capabilities:
    return Capabilities(
        streaming=row["streaming"],
        rates_hz=tuple(row["rates_hz"]),
        languages=tuple(row["languages"]),
        needs_key=row["needs_key"],
        speed=Range(*row["speed"]) if "speed" in row else None,
        pitch=Range(*row["pitch"]) if "pitch" in row else None,
    )
