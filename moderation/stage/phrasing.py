"""What the matchers know of each language, read once from `phrasing.toml`."""

import tomllib
from pathlib import Path

LANGUAGES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("phrasing.toml").read_text(encoding="utf-8")
)


def phrasing(kind: str) -> list[str]:
    """Return the entries of one kind in all languages; a chat is seldom in one alone."""
    return [entry for language in LANGUAGES.values() for entry in language[kind]]
