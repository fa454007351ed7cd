import re
from itertools import combinations

import pytest
from rapidfuzz import process, utils
from rapidfuzz.distance import Indel

from moderation.defaults import default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.lines import LANGUAGES, LineBook, fill, load_lines, template_language
from planner.stage.repetition import TOO_CLOSE

PACKAGES = ("planner.stage.canned", "planner.stage.rule_based")


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ready_line_passes_the_gate_that_stands_before_the_voice(language: str, package: str) -> None:
    gate = Moderator(default_blocklist(language), shipped=shipped_lexicon(), safe_mode=True)
    for lines in load_lines(package, f"lines_{language}.toml").values():
        for line in lines:
            assert not gate.review(fill(line, name="Anna", host="Viva", present="la tua rosa")).reasons


@pytest.mark.parametrize(
    ("line", "with_name", "without"),
    [
        ("Ciao {name}!", "Ciao anna!", "Ciao!"),
        ("{name}, che bello!", "Anna, che bello!", "Che bello!"),
        ("Bene. {name}, e tu?", "Bene. Anna, e tu?", "Bene. E tu?"),
        ("Ma {name}, dai.", "Ma anna, dai.", "Ma, dai."),
        ("Lo dico: {name}, grazie.", "Lo dico: anna, grazie.", "Lo dico: grazie."),
        ("Grazie, {name}, davvero.", "Grazie, anna, davvero.", "Grazie, davvero."),
        ("Beh… {name}, non so.", "Beh… anna, non so.", "Beh…, non so."),
    ],
)
def test_without_a_name_the_call_falls_away(line: str, with_name: str, without: str) -> None:
    assert fill(line, name="anna") == with_name
    assert fill(line, name="") == without


NAMES_AND_GIFTS = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_ready_lines_are_so_alike_that_the_second_would_be_a_repetition(language: str) -> None:
    """Thanks for gifts are owed, if need be in words heard before; plain lines come with an opening only."""
    books = [
        *(load_lines(package, f"lines_{language}.toml") for package in PACKAGES),
        load_lines("planner.stage", f"show_lines_{language}.toml"),
    ]
    lines = [
        line
        for book in books
        for topic, lines in book.items()
        if not topic.startswith("gift") and not topic.endswith("_plain")
        for line in lines
    ]
    nameless = [" ".join(utils.default_process(NAMES_AND_GIFTS.sub("", line)).split()) for line in lines]
    likeness = process.cdist(nameless, nameless, scorer=Indel.normalized_similarity)
    near = [
        (lines[one], lines[other])
        for one, other in combinations(range(len(lines)), 2)
        if likeness[one][other] >= TOO_CLOSE
    ]
    assert near == []


def test_what_a_word_holds_is_never_filled_in_again() -> None:
    assert fill("Ciao {name}!", name="{host}", host="secret") == "Ciao {host}!"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("it", "it"),
        ("it-IT", "it"),
        ("IT_ch", "it"),
        ("en-GB", "en"),
        ("de-AT", "de"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_a_language_tag_is_served_by_a_language_that_has_lines(tag: str, language: str) -> None:
    assert template_language(tag) == language


def test_drawing_from_one_topic_leaves_the_order_of_another_alone() -> None:
    topics = {"a": "123456", "b": "uvwxyz"}
    quiet, busy = LineBook(topics, seed="1"), LineBook(topics, seed="1")
    for _ in range(4):
        busy.draw("b")
    assert [quiet.draw("a") for _ in range(9)] == [busy.draw("a") for _ in range(9)]


def test_a_topic_with_a_single_line_goes_on() -> None:
    book = LineBook({"a": ["only"]}, seed="1")
    assert [book.draw("a") for _ in range(3)] == ["only"] * 3
