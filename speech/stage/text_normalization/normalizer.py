"""Normalizes text of one language for speech: numbers, dates, money, units, links and signs become words."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cache
from threading import Lock

from speech.stage.text_normalization.addresses import address_rules
from speech.stage.text_normalization.counting import decimal_rules, grouping_rules, integer_rules
from speech.stage.text_normalization.dates import date_rules
from speech.stage.text_normalization.fractions import fraction_rules
from speech.stage.text_normalization.grammar import read
from speech.stage.text_normalization.leftovers import leftover_rules
from speech.stage.text_normalization.magnitudes import magnitude_rules
from speech.stage.text_normalization.measures import measure_rules
from speech.stage.text_normalization.money import money_rules
from speech.stage.text_normalization.ordinals import ordinal_rules
from speech.stage.text_normalization.roman_numerals import roman_rules
from speech.stage.text_normalization.rules import Rule, apply
from speech.stage.text_normalization.signs import before_number_rules, sign_rules, whole_words
from speech.stage.text_normalization.sums import sum_rules
from speech.stage.text_normalization.telephones import telephone_rules, version_rules
from speech.stage.text_normalization.times import time_rules
from speech.stage.text_normalization.vocabulary import LANGUAGES, vocabulary_of
from speech.stage.text_normalization.weekdays import weekday_rules
from texts.folding import fold_letters, remove_emoticons, shorten_runs, unescape_entities

MAX_CHARACTERS = 2_000
CACHED_PARTS = 4_096  # of all lives of a process; about 2 MB of usual lines
# Letters and the marks of plain prose: nothing to read out but short forms.
_PLAIN = re.compile(r"[^\W\d_]*(?:[\s,;!?'’\"“”«»()…-]+[^\W\d_]+)*[\s,;!?'’\"“”«»()….-]*")
# A no-break space, except between the groups of a number.
_LOOSE_SPACE = re.compile(r"(?<!\d)[\u00a0\u202f]|[\u00a0\u202f](?!\d)")
# Letters that are numbers, too: Roman numerals, ½, ².
_NUMERAL = re.compile(r"\b(?:[IVX]|[IVXLCDM]{2,})\b|[²³¹¼-¾⁰-₉⅐-↉①-⓿]")


class TextNormalizer:
    """Normalizes text of one language, and applies a tenant's pronunciations.

    `pronunciations` maps written to spoken: whole words, in any case. What is spoken is final: it is not
    normalized again.
    """

    def __init__(self, language: str, pronunciations: Mapping[str, str] | None = None) -> None:
        primary = language[:2].lower()
        self._language = primary if primary in LANGUAGES else "en"
        self._own = {
            written.casefold(): spoken for written, spoken in (pronunciations or {}).items() if written
        }
        self._own_pattern = whole_words(self._own)

    def normalize(self, text: str) -> str:
        """Return the text as it is spoken; at most `MAX_CHARACTERS` of it.

        `manage.py probe normalize` calls it: its signature is kept stable. A text with numbers takes a few
        milliseconds the first time; `is_instant` tells, so that no event loop waits for it.
        """
        return "".join(said for said, _ in self._parts(text)).strip()

    def is_instant(self, text: str) -> bool:
        """Return whether `normalize` returns at once, because the text is plain or was normalized before."""
        return all(is_instant for _, is_instant in self._parts(text, only_instant=True))

    def _parts(self, text: str, *, only_instant: bool = False) -> Iterator[tuple[str, bool]]:
        at, text = 0, _folded(text)
        for found in self._own_pattern.finditer(text):
            yield _normalize_part(text[at : found.start()], self._language, only_instant=only_instant)
            yield self._own[found[0].casefold()], True
            at = found.end()
        yield _normalize_part(text[at:], self._language, only_instant=only_instant)


class Results:
    """The last results of all lives of a process. Any thread may use it."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._results: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> str | None:
        with self._lock:
            said = self._results.get(key)
            if said is not None:
                self._results.move_to_end(key)
            return said

    def add(self, key: tuple[str, str], said: str) -> None:
        with self._lock:
            self._results[key] = said
            if len(self._results) > self._capacity:
                self._results.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._results.clear()


_results = Results(CACHED_PARTS)


def forget_results() -> None:
    """Empty the cache of results."""
    _results.clear()


def _normalize_part(text: str, language: str, *, only_instant: bool) -> tuple[str, bool]:
    """Return a text as it is said, and True; with `only_instant`, False for a text that takes long."""
    said = text if _is_plain(text, language) else _results.get((language, text))
    if said is not None or only_instant:
        return said or "", said is not None
    before, after = _rules(language)
    core = text.strip()
    start = text.index(core)
    spoken = apply(after, read(apply(before, core), language)).strip()
    said = text[:start] + spoken + text[start + len(core) :]
    _results.add((language, text), said)
    return said, True


def _is_plain(text: str, language: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not _signs(language).search(text) and not _NUMERAL.search(text)


def _folded(text: str) -> str:
    text = remove_emoticons(fold_letters(unescape_entities(text[:MAX_CHARACTERS])))
    return re.sub(" {2,}", " ", shorten_runs(_LOOSE_SPACE.sub(" ", text)))


@cache
def _signs(language: str) -> re.Pattern[str]:
    return whole_words(vocabulary_of(language).signs)


@cache
def _rules(language: str) -> tuple[list[Rule], list[Rule]]:
    """Return the rules to apply before the grammar and after it. Their order matters."""
    vocabulary = vocabulary_of(language)
    before = [
        *address_rules(vocabulary),
        *roman_rules(vocabulary),
        *grouping_rules(vocabulary),
        *weekday_rules(vocabulary),
        *date_rules(vocabulary),
        *telephone_rules(vocabulary),
        *version_rules(vocabulary),
        *time_rules(vocabulary),
        *before_number_rules(vocabulary),
        *sign_rules(vocabulary),
        *fraction_rules(vocabulary),
        *sum_rules(vocabulary),
        *money_rules(vocabulary),
        *magnitude_rules(vocabulary),
        *measure_rules(vocabulary),
        *decimal_rules(vocabulary),
        *ordinal_rules(vocabulary),
        Rule(re.compile(r"(?<=[^\W\d_])-(?=\d)"), lambda _: " "),
        Rule(re.compile(r"(?<=[A-Za-z]\d)/(?=[A-Za-z]+\d)"), lambda _: f" {vocabulary['or']} "),
        *integer_rules(vocabulary),
    ]
    return before, leftover_rules(vocabulary)
