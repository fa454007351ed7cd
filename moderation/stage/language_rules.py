"""Word lists that the matchers need for each language, read once from `language_rules.toml`."""

import tomllib
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("language_rules.toml").read_text(encoding="utf-8"))
LANGUAGES: dict[str, dict[str, list[str]]] = {
    name: rules for name, rules in _TABLE.items() if isinstance(rules, dict)
}
# Listed words in folded letters: found as whole words only; short, and found inside others too.
ONLY_WHOLE = frozenset(_TABLE["whole"].split())
ALSO_INSIDE = frozenset(_TABLE["inside"].split())


def language_rules(kind: str) -> list[str]:
    """Return the entries of one kind in all languages, since chats often mix them."""
    return [entry for language in LANGUAGES.values() for entry in language[kind]]
