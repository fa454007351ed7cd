"""Finds the German forms around a number: a noun's gender, its article, the ending of an ordinal."""

import re

from speech.stage.text_normalization.vocabulary import load_words, vocabulary_of

_NOUNS = load_words("german_words.toml")
_GENDERS = {
    "n": frozenset(_NOUNS["neuter"]),
    "m": frozenset(_NOUNS["masculine"]),
    "f": frozenset(_NOUNS["feminine"]),
}
_FEMININE_ENDINGS = ("ung", "heit", "keit", "schaft", "ion", "tät", "ik", "ei", "ur", "enz", "anz", "in", "e")
_NEUTER_ENDINGS = ("chen", "lein", "ment", "um")
# An adjective after a weak word ends in -e, after an oblique one in -en, after a mixed one as after none.
_WEAK, _OBLIQUE = frozenset(_NOUNS["weak"]), frozenset(_NOUNS["oblique"])
_WITH_DATIVE, _WITH_ACCUSATIVE = frozenset(_NOUNS["with_dative"]), frozenset(_NOUNS["with_accusative"])
_JOINING = frozenset(("und", "bis", "oder", *(day.casefold() for day in vocabulary_of("de").weekdays)))
_WORDS = re.compile(r"[\w.]+")
DETERMINERS = _WEAK | _OBLIQUE | frozenset(_NOUNS["mixed"])


def gender_of(noun: str) -> str:
    """Guess a noun's gender: `m`, `f` or `n`, from lists and endings."""
    low = noun.casefold()
    for gender, nouns in _GENDERS.items():
        if low in nouns:
            return gender
    if low.endswith(_NEUTER_ENDINGS):
        return "n"
    return "f" if low.endswith(_FEMININE_ENDINGS) else "m"


def ordinal_ending(before: str, noun: str = "") -> str:
    """Return the ending after an ordinal's stem ("dritt"): `e`, `en`, `er` or `es`.

    `before` is the text in front of the number, `noun` the next word ("" or a month's name: masculine).
    """
    words = [word.casefold() for word in _WORDS.findall(before)][-4:]
    # "vom 1. bis 3. Mai", "am achten und 9. Januar": the case is that of the first number.
    while len(words) > 1 and (words[-1] in _JOINING or words[-1][0].isdigit() or words[-1].endswith("ten")):
        words.pop()
    last, before_last = (words[-1] if words else ""), (words[-2] if len(words) > 1 else "")
    if last == "der" and (before_last in _WITH_DATIVE or (noun and gender_of(noun) == "f")):
        return "en"
    if last in _WEAK:
        return "e"
    if last in _OBLIQUE:
        return "en"
    gender = gender_of(noun) if noun else "m"
    return {"m": "er", "f": "e", "n": "es"}[gender]


def half_of(noun: str) -> str:
    """Return "half" as an adjective with its article: "eine halbe" (Stunde)."""
    return {"m": "ein halber", "f": "eine halbe", "n": "ein halbes"}[gender_of(noun)]


def article_before(before: str, noun: str) -> str:
    """Return "ein" in the form that goes before a noun: "eine Rose", "mit einer Rose", "für einen Tag"."""
    words = _WORDS.findall(before)
    last = words[-1].casefold() if words else ""
    gender = gender_of(noun)
    if last in _WITH_DATIVE:
        return "einer" if gender == "f" else "einem"
    if last in _WITH_ACCUSATIVE and gender == "m":
        return "einen"
    return "eine" if gender == "f" else "ein"
