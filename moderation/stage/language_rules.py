"""Word lists that the matchers need for each language, read once from `language_rules.toml`."""

import tomllib
from pathlib import Path

LANGUAGES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("language_rules.toml").read_text(encoding="utf-8")
)


def language_rules(kind: str) -> list[str]:
    """Return the entries of one kind in all languages, since chats often mix them."""
    return [entry for language in LANGUAGES.values() for entry in language[kind]]
