"""Hostile words beside a group's name are found misspelt and glued; everyday words near them are not."""

import random

import pytest

from moderation.stage.language_rules import language_rules
from moderation.stage.near_words import has_misspelt_group, restored, restored_groups
from rehearsals.probes.gates import gate_for

GATE = gate_for("it")


def is_hostile(line: str) -> bool:
    return any(reason.category.value == "hostility" for reason in GATE.review(line).reasons)


@pytest.mark.parametrize(
    "line",
    [
        "le donne sono parasiti",
        "voi migranti mi fate shcifo",
        "gli zingari sono cosinauseanti",
        "lesbians are absolutely despicble",
        "refugees are just sofilthy",
        "you immgrants are vermin",
        "muslime sind widrelich",
        "die flüchtlnge sind ungeziefer",
        "juden sind sowiderlich",
    ],
)
def test_misspelt_and_glued_hostility_is_found(line: str) -> None:
    assert is_hostile(line)


@pytest.mark.parametrize(
    "line",
    [
        "la terapeuta è una donna",
        "le donne pagano la paga di tutti",
        "le donne veri uomini e amici",
        "frauen raten gern mit",
        "die frauen lesen viel und leben gut",
        "meine schüler und die frauen sind nett",
        "women love arts and pets",
        "the women are done with the garage",
        "muslims and their strange page",
        "gli stranieri hanno un bel disegno",
    ],
)
def test_everyday_words_near_hostile_ones_are_not_hostile(line: str) -> None:
    assert not is_hostile(line)


def test_most_hostile_words_are_found_with_a_letter_swapped_or_left_out() -> None:
    rng = random.Random(7)
    words = [word for word in language_rules("contempt") if word.isalpha() and len(word) > 5]
    found = tried = 0
    for word in words * 3:
        place = rng.randrange(1, len(word) - 2)
        typo = rng.choice(
            [
                word[:place] + word[place + 1 :],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
        tried += 1
        found += is_hostile(f"women donne frauen {typo}")
    assert found >= 0.9 * tried


def test_groups_are_restored() -> None:
    assert has_misspelt_group(["immgrants"])
    assert restored_groups(["immgrants", "here"]) == ["immigrants", "here"]
    assert restored(["sofilthy"]) == ["so", "filthy"]
    assert restored(["terapeuta"]) == ["terapeuta"]


@pytest.mark.parametrize("line", ["career suicide", "PLSS", "Loser gets 100,000 ???"])
def test_lines_of_real_chats_that_were_wrongly_blocked_pass(line: str) -> None:
    assert not gate_for("en").review(line).blocked
