"""Finds listed words and phrases in a folded text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from moderation.stage.everyday import EVERYDAY
from moderation.stage.normaliser import normalise
from moderation.stage.terms import Likeness, Term
from moderation.stage.tokens import ENDINGS, Token, key_of
from moderation.stage.word_index import CLOSE_LENGTH, NEIGHBOURS, WordIndex

TERM_WORD = re.compile(r"[@$*]*[^\W_]+(?:[@$*!|+#]+[^\W_]+)*[$@*]*")
LONGEST_ROW = 60  # single letters in a row that are joined; longer rows are joined in part
LONGEST_SPELT = 24
SHORTEST_SPELT = 3
SHORTEST_OWN_SPELT = 4
SHORTEST_SPLIT = 5
SHORTEST_INNER = 4  # inside a row of letters
MASKS = re.compile(r"[#%_.,*~^=?•·-]")
# The sign stands first in the pattern: few lines hold one, and the search skips to it.
MASKED_LETTER = re.compile(r"[#%_.,*~^=?•·-](?<=[^\W\d_].)[#%_.,*~^=?•·-]{0,3}[^\W\d_]")
MASKED = re.compile(r"(?<![^\W_])[^\W\d_]+(?:[#%_.,*~^=?•·-]{1,4}[^\W\d_]+)+(?![^\W_])")
# Small words that stand before and behind an oath that is spelled out.
SMALL = NEIGHBOURS | {"a", "e", "i", "o", "ma", "dai", "oh", "ei", "ehi", "hey", "es", "und", "and", "oggi"}


class Match(NamedTuple):
    """A found entry and its place in the folded text."""

    term: Term
    start: int
    end: int


class Phrase(NamedTuple):
    """An entry of several words: the keys from the third on, and the last key."""

    rest: tuple[str, ...]
    last: str
    term: Term

    def goes_on(self, place: int, read: Sequence[tuple[str, ...]]) -> bool:
        """Tell whether the words from a place on are those from the third on."""
        if place + len(self.rest) > len(read):
            return False
        return all(key in read[place + number] for number, key in enumerate(self.rest))


class Lexicon:
    """Finds its entries in a text. Immutable for callers, so that lives and threads may share it.

    A line costs a few dictionary look-ups a word, whatever the number of entries.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._words = WordIndex()
        self._single: dict[str, Term] = {}
        self._signs: list[tuple[str, Term]] = []
        # By their first two words: so many phrases begin with "i" or "you" that one is not enough.
        self._phrases: dict[str, defaultdict[str, list[Phrase]]] = {}
        for term in terms:
            self._add(term)

    def _add(self, term: Term) -> None:
        words = tokenise_term(term.text)
        if not words:
            self._signs.extend([(sign, term) for sign in normalise(term.text).text.split()[:1]])
            return
        # The words of a shipped phrase are everyday words: near forms would match innocent words.
        single = len(words) == 1 or term.likeness is Likeness.FREE
        likeness = term.likeness if single else min(term.likeness, Likeness.SAME)
        keys = [self._words.add(word, likeness) for word in words]
        if len(keys) == 1:
            self._single.setdefault(keys[0], term)
            return
        followers = self._phrases.setdefault(keys[0], defaultdict(list))
        followers[keys[1]].append(Phrase(tuple(keys[2:]), keys[-1], term))
        joined = "".join(keys)
        shortest = SHORTEST_OWN_SPELT if term.likeness is Likeness.FREE else SHORTEST_SPLIT + 1
        if term.category is not None and len(joined) >= shortest and "*" not in joined:
            self._single.setdefault(self._words.add(joined, Likeness.SAME), term)

    def find(self, text: str, tokens: Sequence[Token]) -> list[Match]:
        """Return all entries found in a folded text and its tokens, in no order."""
        if not (self._single or self._phrases or self._signs):
            return []
        recognise = self._words.recognise
        read = [recognise(text) for text, _, _ in tokens]
        found: list[Match] = []
        for place, keys in enumerate(read):
            if keys:
                found += self._at(place, keys, tokens, read)
        found += self._split(tokens, read)
        found += self._spelt(tokens)
        if MASKED_LETTER.search(text):
            found += self._masked(text)
        for sign, term in self._signs:
            if sign in text:
                start = text.index(sign)
                found.append(Match(term, start, start + len(sign)))
        return found

    def _at(
        self, place: int, keys: tuple[str, ...], tokens: Sequence[Token], read: Sequence[tuple[str, ...]]
    ) -> Iterator[Match]:
        token = tokens[place]
        for key in keys:
            if key in self._single:
                yield Match(self._single[key], token.start, self._end(token, key))
            if place + 1 < len(tokens) and (followers := self._phrases.get(key)):
                for second in read[place + 1]:
                    for phrase in followers.get(second, ()):
                        if phrase.goes_on(place + 2, read):
                            last = tokens[place + 1 + len(phrase.rest)]
                            yield Match(phrase.term, token.start, self._end(last, phrase.last))

    def _end(self, token: Token, key: str) -> int:
        """Return where a found word ends: before an exclamation mark, unless that stands for an i."""
        bare = token.text.rstrip(ENDINGS)
        if bare != token.text and key in self._words.recognise(bare):
            return token.start + len(bare)
        return token.end

    def _split(self, tokens: Sequence[Token], read: Sequence[tuple[str, ...]]) -> Iterator[Match]:
        """Find words that are split by a space or a dot."""
        single = self._single
        for place, (before, after) in enumerate(pairwise(tokens)):
            written = before[0] + after[0]
            if len(written) < SHORTEST_SPLIT or (joined := key_of(written)) not in single:
                continue
            whole = any(key in single for key in (*read[place], *read[place + 1]))
            if not whole and self._may_be_split(joined, before.text, after.text):
                yield Match(single[joined], before.start, after.end)

    def _may_be_split(self, joined: str, before: str, after: str) -> bool:
        if self._words.is_at_least(joined, Likeness.NEAR):
            return True
        everyday = before in EVERYDAY and after in EVERYDAY
        return (
            len(joined) >= CLOSE_LENGTH and not everyday and self._words.is_at_least(joined, Likeness.CLOSE)
        )

    def _masked(self, text: str) -> Iterator[Match]:
        """Find words with signs for some letters: c#zzo, c_zzo, ca..o."""
        for found in MASKED.finditer(text):
            letters = MASKS.sub("*", found.group())
            if not _is_masked(letters):
                continue
            for key in self._words.unmask(letters):
                if key in self._single:
                    yield Match(self._single[key], *found.span())

    def _spelt(self, tokens: Sequence[Token]) -> Iterator[Match]:
        """Find words with separated letters: s c e m o, s.c.e.m.o."""
        row: list[Token] = []
        for token in tokens:
            if token.end - token.start == 1:
                row.append(token)
                continue
            if len(row) >= SHORTEST_SPELT:
                yield from self._in_row(row)
            row = []
        if len(row) >= SHORTEST_SPELT:
            yield from self._in_row(row)

    def _in_row(self, row: Sequence[Token]) -> Iterator[Match]:
        """Find a listed word that is a whole row, or stands in one beside small words: e s c e m o."""
        for piece in _at_wide_gaps(row[:LONGEST_ROW]):
            written = "".join(token.text for token in piece)
            letters = key_of(written)
            for start, end in self._listed_in(letters, written):
                yield Match(self._single[letters[start:end]], piece[start].start, piece[end - 1].end)

    def _listed_in(self, letters: str, written: str) -> Iterator[tuple[int, int]]:
        if len(letters) >= SHORTEST_SPELT and letters in self._single and not written.isdigit():
            yield 0, len(letters)
            return
        start = 0
        while start <= len(letters) - SHORTEST_INNER:
            if letters[:start] and letters[:start] not in SMALL and not _is_row_of_small(letters[:start]):
                start += 1
                continue
            for end in range(min(len(letters), start + LONGEST_SPELT), start + SHORTEST_INNER - 1, -1):
                rest = letters[end:]
                if letters[start:end] in self._single and (not rest or _is_row_of_small(rest)):
                    yield start, end
                    return
            start += 1


def _is_masked(letters: str) -> bool:
    """Return whether so few letters are masked that the word can be known: one run, or a third of all."""
    masked, runs = letters.count("*"), len([part for part in letters.split("*") if part]) - 1
    return masked * 3 <= len(letters) or (runs == 1 and masked * 2 <= len(letters))


def _at_wide_gaps(row: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Split a row of letters where its gaps are wider than the narrowest: between words."""
    gaps = [after.start - before.end for before, after in pairwise(row)]
    if not gaps or min(gaps) == max(gaps):
        yield row
        return
    narrow, start = min(gaps), 0
    for place, gap in enumerate(gaps, 1):
        if gap > narrow:
            yield row[start:place]
            start = place
    yield row[start:]


@lru_cache(maxsize=500)
def _is_row_of_small(letters: str) -> bool:
    """Return whether letters are small words written together."""
    if not letters or letters in SMALL:
        return True
    return any(letters[:length] in SMALL and _is_row_of_small(letters[length:]) for length in range(1, 7))


def tokenise_term(text: str) -> list[str]:
    """Return the words of an entry. Unlike in a text, a `*` at a word's ends belongs to it."""
    return TERM_WORD.findall(normalise(text).text)
