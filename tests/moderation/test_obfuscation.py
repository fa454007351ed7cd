"""Oaths in every disguise are found, and clean words in the same disguises are not taken for oaths."""

import random
from collections.abc import Callable
from functools import cache

import pytest

from moderation.defaults import CLOSE, NEAR, shipped_lexicon, shipped_terms
from moderation.stage.moderator import Moderator
from tests.architecture.sources import ROOT

SEED = 7
DATA = ROOT / "tests/data/moderation"
SMALL_CAPITALS = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))
CYRILLIC = dict(zip("aceiopxy", "асеіорху", strict=True))
MODERATOR = Moderator((), shipped=shipped_lexicon())

Disguise = Callable[[str, int], str]


def swapped(word: str, place: int) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


DISGUISES: dict[str, tuple[Disguise, float]] = {
    "hash": (lambda word, place: f"ma {word[:place]}#{word[place + 1 :]} oggi", 0.98),
    "percent": (lambda word, place: f"ma {word[:place]}%{word[place + 1 :]} oggi", 0.98),
    "underscore": (lambda word, place: f"ma {word[:place]}_{word[place + 1 :]} oggi", 0.98),
    "dash": (lambda word, place: f"ma {word[:place]}-{word[place + 1 :]} oggi", 0.98),
    "dot": (lambda word, place: f"ma {word[:place]}.{word[place + 1 :]} oggi", 0.98),
    "plural": (lambda word, _: f"ma {word}s oggi", 0.98),
    "left out": (lambda word, place: f"ma {word[:place]}{word[place + 1 :]} oggi", 0.85),
    "swapped": (lambda word, place: f"ma {swapped(word, place)} oggi", 0.85),
    "broken": (lambda word, _: f"ma {word[: len(word) // 2]} {word[len(word) // 2 :]} oggi", 0.9),
    "glued": (lambda word, _: f"che{word}sei", 0.88),
    "greeted": (lambda word, _: f"ciao{word}", 0.88),
    "in a name": (lambda word, _: f"Mario{word.capitalize()}Bello", 0.98),
    "small capitals": (lambda word, _: "".join(SMALL_CAPITALS.get(letter, letter) for letter in word), 0.98),
    "two scripts": (
        lambda word, _: "".join(CYRILLIC.get(x, x) if i % 2 else x for i, x in enumerate(word)),
        0.98,
    ),
}


@cache
def listed() -> list[str]:
    """Return the single listed words of five letters and more that are hostile."""
    words = {term.text for term in shipped_terms() if term.category in CLOSE | NEAR}
    return sorted(
        word
        for word in words
        if word.isascii() and word.isalpha() and len(word) >= 5 and MODERATOR.review(word).reasons
    )


@cache
def clean() -> list[str]:
    """Return common words and first names that are no finding as they are."""
    lines = (DATA / "common_words_it.txt").read_text(encoding="utf-8").split()
    lines += (DATA / "first_names_it.txt").read_text(encoding="utf-8").split()
    return [word for word in dict.fromkeys(lines) if len(word) > 3 and not MODERATOR.review(word).reasons]


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_oath_is_found(name: str) -> None:
    disguise, least = DISGUISES[name]
    rng, words = random.Random(SEED), listed()
    missed = [
        text
        for word in words
        if not MODERATOR.review(text := disguise(word, rng.randrange(1, len(word) - 2))).reasons
    ]
    assert len(words) > 1_500
    assert len(missed) <= (1 - least) * len(words), missed[:20]


@pytest.mark.parametrize(
    "disguise", [" ".join, "-".join, lambda word: f"{word.capitalize()}Bello", lambda word: f"ciao{word}"]
)
def test_a_clean_word_in_disguise_is_no_oath(disguise: Callable[[str], str]) -> None:
    words = clean()[::3]
    wrong = [text for word in words if MODERATOR.review(text := disguise(word)).reasons]
    assert len(wrong) <= 0.001 * len(words), wrong


@pytest.mark.parametrize(
    "text",
    [
        "odio il lunedì",
        "muoio dal ridere",
        "che stupida che sono",
        "ti ammazzo di baci",
        "sono arrivato.me ne vado",
        "che bello.it was great",
        "confesso, analizzare i canali è banale",
        "i'm such an idiot sometimes",
        "ich bin so ein depp",
    ],
)
def test_friendly_lines_pass(text: str) -> None:
    assert not MODERATOR.review(text).blocked


@pytest.mark.parametrize(
    "text",
    [
        "eres un gilipollas",
        "ferme ta gueule connard",
        "vai tomar no cu",
        "иди нахуй",
        "cyka blyat",
        "ty kurwo jebana kurwa",
        "كس امك",
        "ya ibn el kalb",
        "StupidoStronzoBello",
        "cazzonestronzoputtana",
    ],
)
def test_oaths_of_other_languages_and_in_handles_are_found(text: str) -> None:
    assert MODERATOR.review(text).reasons


def test_a_row_of_two_thousand_letters_is_read_in_part() -> None:
    assert MODERATOR.review("s c e m o " + "parola " * 200).reasons
    assert not MODERATOR.review("x " * 1_000).reasons
