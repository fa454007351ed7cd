"""The samples of the host that visitors can play on the first page, one for each language."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("samples.toml")


@dataclass(frozen=True, slots=True)
class HostSample:
    """What a viewer asks, and what the host says; `audio` is the sound's path among the static files."""

    language: str
    name: str
    asked: str
    lines: tuple[str, ...]

    @property
    def audio(self) -> str:
        return f"samples/host-{self.language}.mp3"


@cache
def host_samples() -> tuple[HostSample, ...]:
    texts = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return tuple(
        HostSample(language, text["name"], text["asked"], tuple(text["lines"]))
        for language, text in texts.items()
    )


def samples_from(language: str) -> list[HostSample]:
    """Return all samples, that of a language first."""
    return sorted(host_samples(), key=lambda sample: sample.language != language[:2])
