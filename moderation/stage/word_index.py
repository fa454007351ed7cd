"""Recognises listed words in disguised spellings."""

import re
from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache
from itertools import groupby
from operator import eq
from pathlib import Path

from moderation.stage.language_rules import ALSO_INSIDE, ONLY_WHOLE, language_rules
from moderation.stage.terms import Likeness
from moderation.stage.tokens import ENDINGS, MASK, key_of, keys_of

REPEATS = re.compile(r"(.)\1+")
REMEMBERED = 50_000
MOST_READINGS = 4
LONGEST = 40  # longer words are looked up without variants
NEAR_LENGTH = 5  # shorter words resemble innocent ones: coon, cono
FREE_LENGTH = 3
CLOSE_LENGTH = 6
SHRUNK_LENGTH = {Likeness.SAME: 1_000, Likeness.CLOSE: 8, Likeness.NEAR: 6, Likeness.FREE: 4}
DOUBLED_LENGTH = 4
GLUED_LENGTH = 5
THINNED_LENGTH = 6
HEAD_LENGTH = 4
INSIDE_LENGTH = 6
RUN_TOGETHER_LENGTH = 7
PLURAL_LENGTH = 4
MASKED_LENGTH = 4

# Words that people join to a slur without a space: articles, pronouns, forms of "to be".
NEIGHBOURS = frozenset(key_of(word) for word in language_rules("neighbours"))
# Everyday words that are one change away from a listed word.
EVERYDAY_FORMS = frozenset(Path(__file__).with_name("everyday_forms.txt").read_text(encoding="utf-8").split())
SHORTEST_NEIGHBOUR = 2
LONGEST_NEIGHBOUR = max(map(len, NEIGHBOURS))


def squeeze(word: str) -> str:
    """Return a word with every run of the same letter as one letter."""
    # Few words have such a run, and looking for one costs a third of the substitution.
    return REPEATS.sub(r"\1", word) if any(map(eq, word, word[1:])) else word


class WordIndex:
    """Finds listed words by dictionary look-ups, in a time that does not depend on their number."""

    def __init__(self) -> None:
        self._likeness: dict[str, Likeness] = {}
        self._spelling: dict[str, str] = {}
        self._by_squeezed: defaultdict[str, list[str]] = defaultdict(list)
        self._by_letters: defaultdict[str, list[str]] = defaultdict(list)
        self._by_mask: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
        self._thinned: dict[str, str] = {}
        self._by_head: defaultdict[str, list[str]] = defaultdict(list)
        self._wildcards = WildcardIndex()
        self.recognise = lru_cache(maxsize=REMEMBERED)(self._recognise)

    def __contains__(self, key: str) -> bool:
        return key in self._likeness

    def is_at_least(self, key: str, likeness: Likeness) -> bool:
        """Return whether a listed word has at least this tolerance; False for an unlisted word."""
        found = self._likeness.get(key)
        return found is not None and found >= likeness

    def add(self, word: str, likeness: Likeness) -> str:
        """Add a folded word or wildcard; return its key."""
        if "*" in word:
            return self._wildcards.add(word)
        key = key_of(word)
        known = self._likeness.get(key)
        if known is None:
            self._spelling[key] = word
            self._by_squeezed[squeeze(key)].append(key)
            if len(word) >= FREE_LENGTH:
                self._by_letters["".join(sorted(word))].append(key)
                self._by_mask[key[0], key[-1], len(key)].append(key)
        if Likeness.CLOSE <= likeness <= Likeness.NEAR:
            self._add_close(word, key)
        self._likeness[key] = likeness if known is None else max(known, likeness)
        return key

    def _add_close(self, word: str, key: str) -> None:
        """Add the forms of a shipped word: one letter left out, a plural s, and what it begins with."""
        if len(word) >= THINNED_LENGTH:
            for place in range(1, len(word) - 1):
                thinned = word[:place] + word[place + 1 :]
                if thinned not in EVERYDAY_FORMS:
                    self._thinned.setdefault(thinned, key)
        if (len(word) >= INSIDE_LENGTH or word in ALSO_INSIDE) and word not in ONLY_WHOLE:
            self._by_head[key[:HEAD_LENGTH]].append(key)
        if len(word) >= PLURAL_LENGTH and word + "s" not in EVERYDAY_FORMS:
            self._thinned.setdefault(word + "s", key)

    def unmask(self, letters: str) -> list[str]:
        """Return the listed words for a word whose unknown letters are written as `*`."""
        return [word for word in self._unmask(key_of(letters)) if len(word) >= MASKED_LENGTH]

    def _recognise(self, token: str) -> tuple[str, ...]:
        """Return the keys of the listed words that a folded word may stand for."""
        if token.isalpha():
            return tuple(self._read_plain(token))
        found: dict[str, None] = {}
        shouted = key_of(token) if token[-1] in ENDINGS else ""
        for key in keys_of(token)[:MOST_READINGS]:
            if squeezed := self._squeezed(key):
                found.update(dict.fromkeys(squeezed))
            if key != shouted and len(key) <= LONGEST:
                if self._wildcards:
                    found.update(dict.fromkeys(self._wildcards.look_up(key)))
                if glued := self._unglue(key):
                    found.update(dict.fromkeys(glued))
        if "*" in token and MASK.fullmatch(token):
            found.update(dict.fromkeys(self._unmask(key_of(token))))
        bare = token.strip(ENDINGS)
        if not found and bare.isalpha():
            found.update(dict.fromkeys(self._read_plain(bare)))
        return tuple(found)

    def _read_plain(self, word: str) -> Collection[str]:
        """Match a word of letters only.

        Only one change at a time is allowed (l for i, or a swap): with both, `suit` would match a slur.
        """
        key = key_of(word)
        if word in EVERYDAY_FORMS and self._spelling.get(key) != word:
            return self._wildcards.look_up(key) if self._wildcards else ()
        found: dict[str, None] = {}
        # Most words are near nothing; for them no generator is made.
        if squeezed := self._squeezed(key):
            found = dict.fromkeys(near for near in squeezed if near == key or self._is_spelt(near, word))
        if len(key) > LONGEST:
            return found
        if swapped := self._by_letters.get("".join(sorted(word))):
            found.update(dict.fromkeys(near for near in swapped if self._is_swap(near, word)))
        if self._wildcards:
            found.update(dict.fromkeys(self._wildcards.look_up(key)))
        if found:
            return found
        if word in self._thinned:
            return (self._thinned[word],)
        return self._unglue(key) or self._inside(key)

    def _inside(self, key: str) -> list[str]:
        """Return the listed words that were run together with others: `ciaostronzosei`."""
        if not self._by_head or len(key) < RUN_TOGETHER_LENGTH:
            return []
        heads, found = self._by_head, []
        for place in range(len(key) - HEAD_LENGTH + 1):
            if words := heads.get(key[place : place + HEAD_LENGTH]):
                found += [word for word in words if key.startswith(word, place)]
        return found

    def _squeezed(self, key: str) -> list[str]:
        words = self._by_squeezed.get(squeeze(key))
        if words is None:
            return []
        return [word for word in words if word == key or self._is_repeat(word, key)]

    def _is_spelt(self, key: str, word: str) -> bool:
        return squeeze(self._spelling[key]) == squeeze(word)

    def _is_repeat(self, word: str, key: str) -> bool:
        likeness = self._likeness[word]
        if likeness is Likeness.EXACT:
            return False
        listed = [len(list(run)) for _, run in groupby(word)]
        written = [len(list(run)) for _, run in groupby(key)]
        may_shrink = len(word) >= SHRUNK_LENGTH[likeness]
        may_double = likeness is Likeness.FREE and len(listed) >= DOUBLED_LENGTH
        return all(
            now == was or now > 2 or (may_shrink and now < was) or (may_double and now > was)
            for was, now in zip(listed, written, strict=True)
        )

    def _is_swap(self, key: str, word: str) -> bool:
        likeness, spelling = self._likeness[key], self._spelling[key]
        if word == spelling or likeness < Likeness.CLOSE or word in EVERYDAY_FORMS:
            return False
        first = next(place for place, letter in enumerate(spelling) if letter != word[place])
        shortest = NEAR_LENGTH if likeness is Likeness.NEAR else CLOSE_LENGTH
        if likeness is not Likeness.FREE and (first == 0 or len(word) < shortest):
            return False
        return spelling[first + 2 :] == word[first + 2 :]

    def _unmask(self, key: str) -> list[str]:
        if len(key.replace("*", "")) < 2:
            return []
        words = self._by_mask.get((key[0], key[-1], len(key)), ())
        return [
            word for word in words if all(mine in ("*", own) for mine, own in zip(key, word, strict=True))
        ]

    def _unglue(self, key: str) -> list[str]:
        for length in range(SHORTEST_NEIGHBOUR, min(LONGEST_NEIGHBOUR, len(key) - GLUED_LENGTH) + 1):
            if key[:length] in NEIGHBOURS and self._is_glueable(key[length:]):
                return [key[length:]]
            if key[-length:] in NEIGHBOURS and self._is_glueable(key[:-length]):
                return [key[:-length]]
        return []

    def _is_glueable(self, key: str) -> bool:
        return self.is_at_least(key, Likeness.NEAR) or (
            len(key) >= CLOSE_LENGTH and self.is_at_least(key, Likeness.CLOSE)
        )


class WildcardIndex:
    """Finds `trol*`, `*fuffa`, `*scam*` and `tr*l` by their fixed first or last letters."""

    def __init__(self) -> None:
        self._by_part: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
        self._lengths: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._lengths)

    def add(self, wildcard: str) -> str:
        """Add a wildcard; return its key. A wildcard without letters never matches."""
        key = "*".join(key_of(part) for part in re.split(r"\*+", wildcard))
        longest = max(key.split("*"), key=len)
        if longest:
            pattern = re.compile(".*".join(re.escape(part) for part in key.split("*")))
            self._by_part[longest].append((key, pattern))
            self._lengths.add(len(longest))
        return key

    def look_up(self, word: str) -> list[str]:
        found: dict[str, None] = {}
        for length in self._lengths:
            for start in range(len(word) - length + 1):
                for key, pattern in self._by_part.get(word[start : start + length], ()):
                    if pattern.fullmatch(word):
                        found[key] = None
        return list(found)
