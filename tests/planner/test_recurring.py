"""The texts that are sure to come again: none calls anybody, and each is what the host really says."""

from typing import Any

import pytest

from planner.stage.canned.replies import CannedReplies
from planner.stage.recurring import (
    SOMEBODY,
    THANKS,
    Habits,
    lines_of_plan,
    lines_of_quiet_moments,
    sentences_of_reactions,
)
from planner.stage.sentences import split_sentences
from planner.stage.turn import Turn, TurnKind

LANGUAGES = ("it", "en", "de")
TURNS: tuple[dict[str, Any], ...] = (
    {"kind": TurnKind.GIFT, "gift_name": "Rose", "diamonds": 1},
    {"kind": TurnKind.GIFT, "gift_name": "Rose", "count": 5},
    {"kind": TurnKind.GIFT, "gift_name": "Galaxy", "diamonds": 1_000},
    {"kind": TurnKind.GIFT, "gift_name": "Rose", "also": ("Anna",)},
    {"kind": TurnKind.FOLLOW},
    {"kind": TurnKind.FOLLOW, "count": 3, "also": ("Anna",)},
    {"kind": TurnKind.SHARE},
    {"kind": TurnKind.SHARE, "count": 3, "also": ("Anna",)},
    {"kind": TurnKind.SUBSCRIBE},
    {"kind": TurnKind.SUBSCRIBE, "count": 3, "also": ("Anna",)},
    {"kind": TurnKind.CALM},
    {"kind": TurnKind.NEUTRAL},
)


def everything(language: str) -> Habits:
    return Habits(language, calls=True, closes=True, thanked=frozenset(THANKS))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_calls_anybody_or_has_a_gap(language: str) -> None:
    habits = everything(language)
    texts = [*lines_of_plan(habits), *sentences_of_reactions(habits), *lines_of_quiet_moments(habits)]
    assert len(set(texts)) > 200
    assert [text for text in texts if "{" in text or SOMEBODY in text or not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["Zoë", "marika"])
def test_what_a_host_says_to_viewers_is_among_them_up_to_where_it_calls_them(
    language: str, name: str
) -> None:
    """Whoever they are, and whatever the line: so what was recorded ahead is what is looked for."""
    known = set(sentences_of_reactions(everything(language)))
    present = {"it": ("ros", "galassia"), "en": ("rose", "galaxy"), "de": ("rose", "galaxie")}[language]
    for fields in TURNS:
        host = CannedReplies(seed=1)
        for _ in range(8):  # a topic has no fewer lines, and what is made of two comes after them
            turn = Turn(
                viewer_name=name if fields["kind"] is not TurnKind.CALM else "", language=language, **fields
            )
            said = split_sentences(host.line_for(turn))
            assert said
            nameless = [
                sentence
                for sentence in said
                if not any(word in sentence.casefold() for word in (name.casefold(), "anna", *present))
            ]
            assert set(nameless) <= known


def test_what_a_show_never_says_is_left_out() -> None:
    whole = everything("it")
    assert set(lines_of_plan(Habits("it"))) < set(lines_of_plan(whole))
    assert len(list(lines_of_plan(Habits("it")))) == 8
    without_thanks = set(sentences_of_reactions(Habits("it")))
    assert "Grazie infinite!" not in without_thanks
    assert "Grazie infinite!" in set(sentences_of_reactions(whole))


def test_the_creators_own_invitations_come_first_and_no_shipped_ones() -> None:
    own = Habits("en", calls=True, calls_to_action=["Follow Nora, she knows why."])
    lines = list(lines_of_plan(own))
    assert lines[0] == "Follow Nora, she knows why."
    assert len(lines) == 9


def test_a_language_without_ready_lines_has_the_english_ones() -> None:
    assert list(lines_of_plan(Habits("fr"))) == list(lines_of_plan(Habits("en")))
