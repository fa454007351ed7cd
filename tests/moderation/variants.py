"""The forms in which a word is hidden from a filter, made from any word or phrase."""

import random
from collections.abc import Callable, Iterator
from itertools import groupby

LEET = str.maketrans("aeiost", "431057")
LOOK_ALIKES = str.maketrans("aceiopxy", "асеіорху")  # Cyrillic
FULL_WIDTH = {letter: letter + 0xFEE0 for letter in range(ord("a"), ord("z") + 1)}
HIDDEN = ("\u200b", "\u200d", "\u2060", "\u00ad")
SEPARATORS = (" ", ".", "-", "_", " . ", "*")
MARKS = ("\u0301", "\u0336", "\u0323")
REGIONAL_A = 0x1F1E6


def swapped(term: str, rng: random.Random) -> Iterator[str]:
    """Two different neighbours change places, at every place inside the words."""
    for place in range(len(term) - 1):
        one, other = term[place], term[place + 1]
        if one != other and " " not in (one, other):
            yield term[:place] + other + one + term[place + 2 :]


def shortened(term: str, rng: random.Random) -> Iterator[str]:
    """Double letters are written once."""
    once = "".join(letter for letter, _ in groupby(term))
    if once != term:
        yield once


def drawn_out(term: str, rng: random.Random) -> Iterator[str]:
    """One letter is repeated."""
    for place, letter in enumerate(term):
        if letter != " ":
            yield term[:place] + letter * rng.randint(3, 6) + term[place + 1 :]


def spaced(term: str, rng: random.Random) -> Iterator[str]:
    """Something stands between any two letters."""
    letters = term.replace(" ", "")
    yield from (separator.join(letters) for separator in SEPARATORS)


def leet(term: str, rng: random.Random) -> Iterator[str]:
    """Digits and signs stand for letters: all of them, or one."""
    forms = {term.translate(LEET), term.replace("a", "@"), term.replace("s", "$"), term.replace("i", "!")}
    places = [place for place, letter in enumerate(term) if letter in "aeiost"]
    forms |= {term[:place] + term[place].translate(LEET) + term[place + 1 :] for place in places}
    yield from sorted(forms - {term})


def look_alike(term: str, rng: random.Random) -> Iterator[str]:
    """Letters of other scripts and styles stand for Latin ones."""
    yield term.translate(LOOK_ALIKES)
    yield term.translate(FULL_WIDTH)
    yield "".join(chr(0x1D41A + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in term)
    yield "".join(chr(0x24D0 + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in term)
    yield " ".join(
        "".join(chr(REGIONAL_A + ord(letter) - 97) if "a" <= letter <= "z" else letter for letter in word)
        for word in term.split()
    )


def hidden(term: str, rng: random.Random) -> Iterator[str]:
    """Characters without width stand between the letters, or marks on them."""
    yield from (joint.join(term) for joint in HIDDEN)
    yield from ("".join(letter + mark for letter in term) for mark in MARKS)


FORMS: dict[str, Callable[[str, random.Random], Iterator[str]]] = {
    "swapped": swapped,
    "shortened": shortened,
    "drawn out": drawn_out,
    "spaced": spaced,
    "leet": leet,
    "look-alike": look_alike,
    "hidden": hidden,
}
