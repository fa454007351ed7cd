"""The ready-made policies: a short list of words that no host should answer or repeat, by language."""

from pathlib import Path

POLICY_NAMES = {"it": "Regole di base", "en": "Basic rules"}


def default_blocklist(language: str) -> list[str]:
    """Return the words and phrases of a language's ready-made policy."""
    path = Path(__file__).with_name("wordlists") / f"{language}.txt"
    return path.read_text(encoding="utf-8").splitlines()
