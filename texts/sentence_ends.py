"""Tells whether a full stop ends a sentence, also in a text that is still being written."""

import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

LANGUAGES = ("it", "en", "de")
# How far after a full stop the word may lie that tells whether a sentence begins.
LOOKAHEAD = 40

_WORD_BEFORE = re.compile(r"[^\s\"'“‘«(\[*_]+$")
_WORD_AFTER = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_STREET = re.compile(r"\w+str")  # German: Goethestr.
_ROMAN = re.compile(r"[IVXLCDM]{2,}")
_NUMBERING = re.compile(r"\d\w*|[IVXLCDM]+|[A-Z]")
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.")
_MONTH = re.compile(r"(?:1[0-2]|0?[1-9])\.")


class End(Enum):
    """Whether a full stop ends a sentence; `UNDECIDED`: the text that follows it has yet to come."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class _ShortForms:
    open: frozenset[str]
    before_number: frozenset[str]
    unless_beginning: frozenset[str]
    hours: frozenset[str]
    after_hours: frozenset[str]
    before_ordinal: frozenset[str]
    after_ordinal: frozenset[str]
    beginnings: frozenset[str]


def full_stop_ends(text: str, at: int, *, language: str = "", is_whole: bool = True) -> End:
    """Tell whether the full stop at `at` ends a sentence.

    A short form, an initial, an ordinal or a number of a list does not, unless what follows shows that a
    sentence begins. `is_whole`: no more text follows. `language`: a code such as `de`; without one, or with
    one that has no list of short forms, the lists of all languages are used.
    """
    primary = language[:2].lower()
    forms = _forms_of(primary if primary in LANGUAGES else "")
    before = _WORD_BEFORE.search(text, max(0, at - LOOKAHEAD), at)
    word = before[0] if before else ""
    after = _WORD_AFTER.search(text, at + 1, at + 1 + LOOKAHEAD)
    doubt = bool(word) and _is_doubtful(word.casefold(), word, forms)
    if after is None:
        waits = not is_whole and len(text) <= at + 1 + LOOKAHEAD
        return End.UNDECIDED if waits else End.NO
    if after[0][0].islower():
        return End.NO
    if not doubt:
        return End.YES
    if after.end() == len(text) and not is_whole:
        return End.UNDECIDED
    head = text[: before.start()] if before else ""
    return End.NO if _continues(word, head, after[0], text[after.end() :], forms) else End.YES


def is_ordinal_noun(word: str, language: str) -> bool:
    """Return whether a number with a dot before this word is an ordinal: the 3 in "3. Platz"."""
    return word.casefold() in _forms_of(language).after_ordinal


def _is_doubtful(folded: str, word: str, forms: _ShortForms) -> bool:
    return (
        len(word) == 1
        or word[0].isdigit()
        or bool(_INITIALS.fullmatch(word) or _ROMAN.fullmatch(word) or _STREET.fullmatch(word))
        or folded in forms.open
        or folded in forms.before_number
        or folded in forms.unless_beginning
        or folded in forms.hours
    )


def _continues(word: str, head: str, after: str, rest: str, forms: _ShortForms) -> bool:
    """Return whether the sentence goes on after a short form, an initial or a number."""
    folded, follower = word.casefold(), after.casefold().replace("’", "'")
    begins = follower in forms.beginnings or follower.partition("'")[0] in forms.beginnings
    if word[0].isdigit():
        return _is_ordinal(word, head, follower, rest, begins=begins, forms=forms)
    if folded in forms.open:
        return True
    if folded in forms.hours:
        return follower in forms.after_hours
    if folded in forms.before_number and _NUMBERING.fullmatch(after):
        return not (begins and after.isalpha())
    if folded in forms.before_number and not _is_initial(word):
        return False
    if _ROMAN.fullmatch(word):
        return bool(forms.before_ordinal) and not begins
    return not begins


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _is_ordinal(word: str, head: str, follower: str, rest: str, *, begins: bool, forms: _ShortForms) -> bool:
    previous = head.split()[-1:]
    if not previous and word.isdigit():
        return True  # the number of a list
    if not previous or not word.isdigit() or len(word) > 3:
        return False
    if follower in forms.after_ordinal:
        return True
    is_after_article = previous[0].casefold() in forms.before_ordinal
    if follower.isdigit():
        is_year = len(follower) == 4 and bool(_DAY.fullmatch(previous[0]))
        return is_year or (is_after_article and bool(_MONTH.match(follower + rest[:2])))
    return is_after_article and not begins


@cache
def _forms_of(language: str) -> _ShortForms:
    if language:
        return _ShortForms(**{name: frozenset(words) for name, words in _load(language).items()})
    lists = [_load(known) for known in LANGUAGES]
    merged = {name: frozenset(word for words in lists for word in words[name]) for name in lists[0]}
    of_one_language = frozenset(_load("shared")["of_one_language"])
    for name in ("open", "before_number", "unless_beginning", "hours"):
        merged[name] -= of_one_language
    # A word before a number makes an ordinal only in German; without a language the word after it must tell.
    merged["before_ordinal"] = frozenset()
    return _ShortForms(**merged)


def _load(name: str) -> dict[str, list[str]]:
    path = files(__package__).joinpath("short_forms", f"{name}.toml")
    content: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return content
