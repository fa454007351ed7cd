"""Ready-made personas, read from the TOML files of this folder."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

LANGUAGES = ("it", "en", "de")
TRAITS = ("energy", "formality", "humour", "length")


class Genre(StrEnum):
    """The kind of live that a preset is made for."""

    MUSIC = "music"
    SPORT = "sport"
    FITNESS = "fitness"
    TECH = "tech"
    BEAUTY = "beauty"
    GAMING = "gaming"


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made persona. `tagline` describes it in its own language."""

    genre: Genre
    language: str
    name: str
    tagline: str
    prompt: str
    style: dict[str, float]
    forbidden_topics: tuple[str, ...]
    sample_lines: tuple[str, ...]

    @property
    def slug(self) -> str:
        """The preset's name in URLs."""
        return f"{self.genre}-{self.language}"


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets, by language and genre."""
    return tuple(_read(genre, language) for language in LANGUAGES for genre in Genre)


def find_preset(slug: str) -> Preset | None:
    """Return the preset with this name in URLs; None if there is none."""
    return next((preset for preset in presets() if preset.slug == slug), None)


def _read(genre: Genre, language: str) -> Preset:
    table = tomllib.loads(files(__package__).joinpath(f"{genre}_{language}.toml").read_text(encoding="utf-8"))
    return Preset(
        genre=genre,
        language=language,
        name=table["name"],
        tagline=table["tagline"],
        prompt=table["prompt"].strip(),
        style={trait: float(table["style"][trait]) for trait in TRAITS},
        forbidden_topics=tuple(table["forbidden_topics"]),
        sample_lines=tuple(table["sample_lines"]),
    )
