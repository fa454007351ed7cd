"""The gate: blocked words in any letter form, links and contacts, and nothing that breaks it."""

import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Risk

WORDS = ["scemo", "pezzo di merda", "idiot", "troia", "straße"]
HOSTILE = [
    "",
    " ",
    "\x00\x01\x02",
    "‮desrever si siht‬",
    "🙃" * 500,
    "a" * 10_000,
    "Z̴̡̛͔a̸l̷g̵o̶",
    "ﬀﬁﬂﬃ",
    "\ud800",
    "<script>alert(1)</script>",
    "'; DROP TABLE users; --",
    "%s%s%s%n{0}{name}",
    "..." * 1_000,
    "1." * 5_000,
    "a.b" * 3_000,
    "+1 2 3 4" * 1_000,
    "!" * 2_000,
    "a " * 1_000,
    "a-" * 1_000,
    "a@" * 1_000,
    "1.a" * 700,
]


@pytest.fixture
def moderator() -> Moderator:
    return Moderator(WORDS)


@pytest.mark.parametrize(
    "text",
    ["scemo", "Sei SCEMO!", "scèmo", "ｓｃｅｍｏ", "s\u200bcemo", "𝐬𝐜𝐞𝐦𝐨", "che pezzo  di merda", "STRASSE"],
)
def test_a_blocked_word_is_found_in_any_letter_form(moderator: Moderator, text: str) -> None:
    verdict = moderator.review(text)

    assert verdict.risk is Risk.HIGH
    assert verdict.blocked
    assert verdict.reasons[0].category == "blocklist"


@pytest.mark.parametrize("text", ["scemotto", "idiotic", "pezzo di pane", "Troiani e greci", "ciao a tutti"])
def test_a_word_that_only_contains_a_blocked_one_is_not(moderator: Moderator, text: str) -> None:
    assert moderator.review(text).risk is Risk.LOW


def test_the_reason_says_where_in_the_original_it_was_found(moderator: Moderator) -> None:
    text = "ah, s\u200bcèmo tu"
    [reason] = moderator.review(text).reasons

    assert text[reason.start : reason.end] == "s\u200bcèmo"
    assert reason.term == "scemo"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("guarda www.spam.example", "link"),
        ("vai su https://x.y/z", "link"),
        ("entra su offerte.shop", "link"),
        ("scrivimi a mario@rossi.it", "personal_data"),
        ("chiamami 333 123 4567", "personal_data"),
    ],
)
def test_links_and_contacts_are_medium_and_high_in_safe_mode(text: str, category: str) -> None:
    strict, lenient = Moderator([], safe_mode=True), Moderator([], safe_mode=False)

    assert strict.review(text).risk is Risk.HIGH
    assert lenient.review(text).risk is Risk.MEDIUM
    assert category in {reason.category for reason in lenient.review(text).reasons}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_judged_and_never_raises(text: str) -> None:
    moderator = Moderator([*WORDS, "*scam*"], shipped=shipped_lexicon())
    assert moderator.review(text).risk in Risk


def test_blank_terms_and_patterns_in_the_list_are_taken_as_text() -> None:
    moderator = Moderator(["", "   ", "a.b", "(x"])

    assert moderator.review("a.b").blocked
    assert moderator.review("(x").blocked
    assert not moderator.review("axb").blocked
