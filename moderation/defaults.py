"""The shipped word lists: default blocklists and the lexicon used in every live."""

from functools import cache
from pathlib import Path

from moderation.stage.lexicon import Lexicon
from moderation.stage.terms import Likeness, Term, terms_of
from moderation.stage.verdict import Category

POLICY_NAMES = {"it": "Regole di base", "en": "Basic rules", "de": "Grundregeln"}
WORDLISTS = Path(__file__).with_name("wordlists")
LANGUAGES = ("it", "en", "de")
INNOCENT = "innocent"
NEAR = frozenset({Category.SLURS, Category.BLASPHEMY})


def default_blocklist(language: str) -> list[str]:
    """Return the words and phrases of a language's default policy."""
    return _lines(WORDLISTS / f"{language}.txt")


@cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of all shipped lists, built once per process. Chats often mix languages."""
    return Lexicon(shipped_terms())


def shipped_terms() -> list[Term]:
    """Return all entries of the shipped lists: allowed phrases first, then by category."""
    terms: list[Term] = []
    for name in (INNOCENT, *Category):
        category = None if name == INNOCENT else Category(name)
        likeness = Likeness.NEAR if category in NEAR else Likeness.SAME if category else Likeness.EXACT
        for language in LANGUAGES:
            terms += terms_of(_lines(WORDLISTS / language / f"{name}.txt"), category, likeness)
    return terms


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
