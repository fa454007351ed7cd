"""The shipped word lists: default blocklists and the lexicon used in every live."""

from functools import cache
from pathlib import Path

from moderation.stage.lexicon import Lexicon
from moderation.stage.terms import Likeness, Term, terms_of
from moderation.stage.verdict import Category

POLICY_NAMES = {"it": "Regole di base", "en": "Basic rules", "de": "Grundregeln"}
WORDLISTS = Path(__file__).with_name("wordlists")
LANGUAGES = ("it", "en", "de")
# What viewers write in other languages is judged too.
LISTED_LANGUAGES = (*LANGUAGES, "es", "fr", "pt", "ru", "pl", "ar")
INNOCENT = "innocent"
NEAR = frozenset({Category.SLURS, Category.BLASPHEMY})
CLOSE = frozenset({Category.PROFANITY, Category.INSULTS, Category.SEXUAL})


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
        for language in LISTED_LANGUAGES:
            terms += terms_of(_lines(WORDLISTS / language / f"{name}.txt"), category, _likeness(category))
    return terms


def _likeness(category: Category | None) -> Likeness:
    if category is None:
        return Likeness.EXACT
    if category in NEAR:
        return Likeness.NEAR
    return Likeness.CLOSE if category in CLOSE else Likeness.SAME


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
