"""A tenant's words are found in whatever form they are written, and the shipped slurs in most."""

import random

import pytest

from moderation.defaults import default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Category
from tests.moderation.variants import FORMS

OWN = [
    "fuffa",
    "truffatore",
    "pacco",
    "concorrente",
    "acme",
    "brutto ceffo",
    "scemo",
    "balordo",
    "ruffiano",
    "lurker",
    "pezzo di pane duro",
    "cheapskate",
    "ghiaccio bollente",
]
SLURS = ["frocio", "ricchione", "culattone", "terrone", "mongoloide", "puttana", "faggot", "tranny", "nigger"]


def caught(form: str, terms: list[str], moderator: Moderator) -> tuple[int, list[str]]:
    rng = random.Random(20)
    variants = [variant for term in terms for variant in FORMS[form](term, rng)]
    missed = [text for text in variants if not moderator.review(f"ma sei un {text} oggi").blocked]
    return len(variants), missed


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "terms", [OWN, default_blocklist("it"), default_blocklist("en")], ids=["own", "it", "en"]
)
def test_a_tenants_words_are_caught_in_98_of_100_hidden_forms(form: str, terms: list[str]) -> None:
    count, missed = caught(form, terms, Moderator(terms))

    assert count > 3
    assert len(missed) <= 0.02 * count, missed


@pytest.mark.parametrize("form", [form for form in FORMS if form != "swapped"])
def test_a_shipped_slur_is_caught_in_its_hidden_forms(form: str) -> None:
    count, missed = caught(form, SLURS, Moderator([], shipped=shipped_lexicon()))

    assert len(set(missed) - {"niger"}) <= 0.02 * count, missed  # a country


def test_a_slur_with_two_inner_letters_swapped_is_caught() -> None:
    moderator = Moderator([], shipped=shipped_lexicon())

    assert moderator.review("che forcio").blocked
    assert moderator.review("you fagogt").blocked


@pytest.mark.parametrize(
    "text",
    ["sei unfrocio", "sei una put tana", "fr0c1o!!", "f*ocio", "p*ttana", "frocio88", "xxFrocioxx frocio"],
)
def test_a_slur_run_into_its_neighbour_split_or_masked_is_caught(text: str) -> None:
    assert Moderator([], shipped=shipped_lexicon()).review(text).blocked


@pytest.mark.parametrize(
    ("wildcard", "found", "not_found"),
    [
        ("trol*", "trollone", "patrol"),
        ("*fuffa", "superfuffa", "fuffare"),
        ("*scam*", "antiscammer", "scan"),
        ("tr*l", "troll", "trollo"),
        ("brutto tro*", "brutto trollone", "bel trollone"),
    ],
)
def test_a_wildcard_stands_for_any_letters(wildcard: str, found: str, not_found: str) -> None:
    moderator = Moderator([wildcard])

    assert moderator.review(f"che {found}!").blocked
    assert not moderator.review(f"che {not_found}!").blocked


@pytest.mark.parametrize("wildcard", ["*", "**", "* *", "🖕"])
def test_a_term_without_letters_matches_nothing_but_itself(wildcard: str) -> None:
    moderator = Moderator([wildcard])

    assert not moderator.review("ciao a tutti").reasons
    assert moderator.review("🖕").blocked is (wildcard == "🖕")


@pytest.mark.parametrize(
    "text", ["s\u200bcémo", "s c e m o", "ｓｃｅｍｏ", "🇸🇨🇪🇲🇴", "sc3m0", "sceeeemo", "𝐬𝐜𝐞𝐦𝐨"]
)
def test_the_span_of_a_hidden_form_points_into_the_original(text: str) -> None:
    line = f"che 💚 {text} ciao"
    [reason] = Moderator(["scemo"]).review(line).reasons

    assert reason.category is Category.BLOCKLIST
    assert line[reason.start : reason.end].rstrip("\u0301") == text


def test_an_exclamation_mark_is_part_of_a_word_only_where_it_stands_for_a_letter() -> None:
    [plain] = Moderator(["scemo"]).review("scemo!!").reasons
    [letter] = Moderator(["scemi"]).review("scem!").reasons

    assert (plain.start, plain.end) == (0, 5)
    assert (letter.start, letter.end) == (0, 5)


def test_a_flag_beside_a_word_is_no_part_of_it() -> None:
    assert Moderator(["scemo"]).review("scemo🇮🇹").blocked


def test_a_line_break_parts_words() -> None:
    assert Moderator(["scemo"]).review("ciao\nscemo").blocked
