"""Ready-made personas: TOML files that lie beside this module go in, plain values come out."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

LANGUAGES = ("it", "en")
TRAITS = ("energy", "formality", "humour", "length")


class Genre(StrEnum):
    """What a live is about."""

    MUSIC = "music"
    SPORT = "sport"
    FITNESS = "fitness"
    TECH = "tech"
    BEAUTY = "beauty"
    GAMING = "gaming"


@dataclass(frozen=True, slots=True)
class Preset:
    """A persona to begin with. `tagline` says in its own language who it is; the rest is the persona's."""

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
        """Its name in addresses."""
        return f"{self.genre}-{self.language}"


@cache
def presets() -> tuple[Preset, ...]:
    """Return every preset by language and genre. The caller does not change what it gets."""
    return tuple(_read(genre, language) for language in LANGUAGES for genre in Genre)


def find_preset(slug: str) -> Preset | None:
    """Return the preset of that name in addresses, if there is one."""
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
