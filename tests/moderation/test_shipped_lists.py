"""The shipped lists: what they find, what they let pass, and how well they do on the suites."""

import json
from pathlib import Path

import pytest

from moderation.defaults import LANGUAGES, WORDLISTS, shipped_lexicon, shipped_terms
from moderation.evaluation import evaluate, read_cases
from moderation.stage.help_lines import HELP_LINES, help_line
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Action, Category, Risk

DATA = Path(__file__).parent.parent / "data" / "moderation"


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    return Moderator([], shipped=shipped_lexicon(), safe_mode=False)


def rates(language: str, moderator: Moderator) -> dict[str, float]:
    scores = evaluate(read_cases(DATA / f"hatecheck_{language}.csv"), moderator)
    return {score.functionality: score.rate for score in scores}


@pytest.mark.parametrize("language", LANGUAGES)
def test_slurs_of_the_suite_are_found(language: str, moderator: Moderator) -> None:
    found = rates(language, moderator)

    assert found["slur_h"] >= 0.95
    assert found["profanity_h"] >= 0.85
    assert found["spell_leet_h"] >= 0.70


@pytest.mark.parametrize("language", LANGUAGES)
def test_speaking_of_or_well_of_a_group_is_no_hate(language: str, moderator: Moderator) -> None:
    found = rates(language, moderator)

    assert found["ident_neutral_nh"] == 0
    assert found["ident_pos_nh"] == 0
    assert found["negate_neg_nh"] <= 0.2
    assert found["target_obj_nh"] == 0


@pytest.mark.parametrize("name", ["common_words_it.txt", "first_names_it.txt"])
def test_at_most_one_innocent_word_or_name_in_a_thousand_is_a_finding(
    name: str, moderator: Moderator
) -> None:
    words = [word for word in (DATA / name).read_text(encoding="utf-8").splitlines() if word.strip()]
    wrong = [word for word in words if moderator.review(word).reasons]

    assert len(words) > 1_000
    assert len(wrong) <= 0.001 * len(words), wrong


def test_naughty_strings_are_judged_and_never_raise(moderator: Moderator) -> None:
    strings = json.loads((DATA / "blns.json").read_text(encoding="utf-8"))

    for text in strings:
        for reason in moderator.review(text).reasons:
            assert 0 <= reason.start < reason.end <= len(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_a_list_in_every_language(language: str) -> None:
    found_by_shape = {
        Category.BLOCKLIST,
        Category.HOSTILITY,
        Category.LINK,
        Category.PERSONAL_DATA,
        Category.VIEWER,
    }
    for category in set(Category) - found_by_shape - {Category.BLASPHEMY}:
        entries = (WORDLISTS / language / f"{category}.txt").read_text(encoding="utf-8").splitlines()
        assert entries == sorted(set(entries))
        assert all(entry == entry.strip() and entry for entry in entries)


def test_every_entry_of_the_lists_is_found_unless_an_innocent_one_covers_it(moderator: Moderator) -> None:
    missed = [
        term.text for term in shipped_terms() if term.category and not moderator.review(term.text).reasons
    ]

    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "Vivo a Scunthorpe, nel Sussex",
        "the therapist drinks a cocktail",
        "guerra di Troia all'università",
        "i meloni sono maturi",
        "mi ammazzo dal ridere",
        "I'm queer and proud",
        "raccoon cocoon tycoon",
        "l'analista ha analizzato il canale",
        "un gelato nel cono",
        "penne all'arrabbiata",
        "ogni anno",
        "che bello questo live!",
        "alle 18:30 del 20/11/2026",
        "costa 1200 euro",
        "100000000000",
        "plsss",
        "Die Frauen sind toll",
    ],
)
def test_innocent_lines_pass(text: str, moderator: Moderator) -> None:
    assert moderator.review(text).reasons == ()


@pytest.mark.parametrize(
    ("text", "category", "action"),
    [
        ("sei un frocio", Category.SLURS, Action.IGNORE),
        ("ti ammazzo", Category.VIOLENCE, Action.IGNORE),
        ("kill yourself", Category.VIOLENCE, Action.IGNORE),
        ("voglio morire", Category.SELF_HARM, Action.HELP),
        ("I want to kill myself", Category.SELF_HARM, Action.HELP),
        ("ich will nicht mehr leben", Category.SELF_HARM, Action.HELP),
        ("che ne pensi di Trump?", Category.POLITICS_RELIGION, Action.ANSWER_CAREFULLY),
        ("quale antibiotico prendo?", Category.CLAIMS, Action.ANSWER_CAREFULLY),
        ("che cazzo", Category.PROFANITY, Action.ANSWER_CAREFULLY),
        ("il mio IBAN IT60 X054 2811 1010 0000 0123 456", Category.PERSONAL_DATA, Action.ANSWER_CAREFULLY),
        ("RSSMRA85T10A562S", Category.PERSONAL_DATA, Action.ANSWER_CAREFULLY),
        ("tutti gli immigrati sono feccia", Category.HOSTILITY, Action.IGNORE),
        ("immigrants should all be deported", Category.HOSTILITY, Action.IGNORE),
        ("ciao a tutti", None, Action.ANSWER),
    ],
)
def test_a_category_says_what_to_do(
    text: str, category: Category | None, action: Action, moderator: Moderator
) -> None:
    verdict = moderator.review(text)

    assert verdict.action is action
    assert category in {reason.category for reason in verdict.reasons} or category is None


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("che ne pensi di Trump?", Action.NEUTRAL_LINE),
        ("dove investo in bitcoin?", Action.NEUTRAL_LINE),
        ("che cazzo", Action.IGNORE),
        ("scrivimi a mario@rossi.it", Action.IGNORE),
        ("voglio morire", Action.HELP),
    ],
)
def test_in_safe_mode_a_medium_risk_is_high(text: str, action: Action) -> None:
    verdict = Moderator([], shipped=shipped_lexicon(), safe_mode=True).review(text)

    assert verdict.risk is Risk.HIGH
    assert verdict.action is action


def test_distress_beside_a_threat_is_no_call_for_help(moderator: Moderator) -> None:
    assert moderator.review("voglio morire e ti ammazzo").action is Action.IGNORE


@pytest.mark.parametrize("language", [*HELP_LINES, "fr"])
def test_the_help_line_passes_the_gate_that_stands_before_the_voice(language: str) -> None:
    assert Moderator([], shipped=shipped_lexicon()).review(help_line(language)).reasons == ()


def test_the_allowlist_lets_through_what_any_list_would_find() -> None:
    moderator = Moderator(["scemo"], allowlist=["trump", "scemo del villaggio"], shipped=shipped_lexicon())

    assert not moderator.review("Trump").reasons
    assert not moderator.review("lo scemo del villaggio").reasons
    assert moderator.review("scemo").blocked
    assert moderator.review("trump scemo").blocked


@pytest.mark.parametrize(
    "text",
    [
        "tutti tranne Marco",
        "il trono di spade",
        "andiamo a vedere i musei",
        "che bimbo dolce",
        "may the force be with you",
        "twinkle twinkle little star",
        "in zwei Monaten komme ich",
        "die Tränen im Käfer",
        "sous contrôle",
        "nadie puede negar eso",
    ],
)
def test_common_words_that_look_like_slurs_with_their_letters_swapped_pass(
    moderator: Moderator, text: str
) -> None:
    assert moderator.review(text).reasons == ()
