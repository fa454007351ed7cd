"""Grief, illness, accidents, emergencies, minors and complaints are never answered with cheer."""

from contextlib import aclosing

import pytest

from moderation.defaults import default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from planner.stage.lines import fill, load_lines
from planner.stage.planner import Planner
from planner.stage.rule_based.intents import MOODS, recognise
from planner.stage.serious.topics import LANGUAGES, SeriousTopic, is_cheerful, serious_topic
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from tests.architecture.sources import ROOT
from tests.fakes.chat_model import FakeChatModel

FOLDER = ROOT / "tests/planner/serious"


def rows_of(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


SERIOUS = [(language, *row.split("|")) for language in LANGUAGES for row in rows_of(language)]
HARMLESS = [(language, line) for language in LANGUAGES for line in rows_of(f"{language}_harmless")]


def host(language: str, model: FakeChatModel | None = None) -> Planner:
    return Planner(model, Character("Viva", "", language))


async def answer_to(planner: Planner, text: str, language: str, usage: TokenUsage | None = None) -> str:
    turn = Turn(TurnKind.COMMENT, "anna", language, text=text)
    async with aclosing(planner.plan(turn, usage or TokenUsage())) as sentences:
        return " ".join([sentence async for sentence in sentences])


def test_there_are_lines_enough_in_each_language() -> None:
    for language in LANGUAGES:
        assert len(set(rows_of(language))) >= 60
        assert len(set(rows_of(f"{language}_harmless"))) >= 30


def test_a_serious_line_is_known_for_what_it_is() -> None:
    found = [(line, topic, serious_topic(line)) for _, topic, line in SERIOUS]
    missed = [f"{line!r} is {topic}, not {known}" for line, topic, known in found if known != topic]
    assert not missed, "\n".join(missed)


async def test_a_serious_line_gets_a_kind_line_of_its_own_class_and_few_get_silence() -> None:
    missed, silent = [], 0
    for language, topic, line in SERIOUS:
        kind = load_lines("planner.stage.serious", f"lines_{language}.toml")[topic]
        said = await answer_to(host(language), line, language)
        silent += not said
        if said and said not in {fill(one, name="anna") for one in kind}:
            missed.append(f"{line!r} ({topic}) was answered with {said!r}")
    assert not missed, "\n".join(missed)
    assert silent <= 0.02 * len(SERIOUS)


def test_an_idiom_that_sounds_grave_is_not_taken_for_grief() -> None:
    taken = [f"{line!r} is taken for {topic}" for _, line in HARMLESS if (topic := serious_topic(line))]
    assert not taken, "\n".join(taken)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_kind_line_cheers_and_every_one_passes_moderation(language: str) -> None:
    gate = Moderator(default_blocklist(language), shipped=shipped_lexicon(), safe_mode=True)
    for lines in load_lines("planner.stage.serious", f"lines_{language}.toml").values():
        for line in lines:
            said = fill(line, name="Anna")
            assert not is_cheerful(said)
            assert not gate.review(said).reasons
            assert "!" not in said


def test_every_language_has_lines_of_every_class() -> None:
    for language in LANGUAGES:
        assert set(load_lines("planner.stage.serious", f"lines_{language}.toml")) == set(SeriousTopic)


async def test_when_all_kind_lines_were_said_the_host_keeps_silent_rather_than_cheer() -> None:
    planner = host("en")
    said = [await answer_to(planner, "my dad passed away", "en") for _ in range(12)]
    assert len({line for line in said if line}) == 8
    assert said[8:] == [""] * 4


async def test_an_emergency_is_answered_each_time() -> None:
    planner = host("it")
    assert all([await answer_to(planner, "aiuto mi picchia", "it") for _ in range(12)])


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Wow, that's great! I like that.", "my dad passed away"),
        ("Evviva, che bello!", "è morto mio padre"),
        ("Super, das freut mich!", "meine Oma ist gestorben"),
    ],
)
async def test_a_model_that_cheers_at_grief_gives_way_to_a_kind_line(written: str, text: str) -> None:
    usage = TokenUsage()
    said = await answer_to(host("en", FakeChatModel(written)), text, "en", usage)
    assert usage.model == "offline"
    assert not is_cheerful(said)


async def test_a_model_is_told_that_a_message_is_serious_and_may_answer_kindly() -> None:
    model = FakeChatModel("I am so sorry, Anna.")
    assert await answer_to(host("en", model), "my dad passed away", "en") == "I am so sorry, Anna."
    assert "no cheer" in model.requests[0][0].content
    await answer_to(host("en", model), "what a nice evening", "en")
    assert "no cheer" not in model.requests[1][0].content


@pytest.mark.parametrize("text", ["call an ambulance", "I'm 9 years old"])
async def test_emergencies_and_minors_are_not_left_to_a_model(text: str) -> None:
    model, usage = FakeChatModel("How fun!"), TokenUsage()
    assert await answer_to(host("en", model), text, "en", usage)
    assert (usage.model, model.requests) == ("offline", [])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("you are not funny", "en"),
        ("this isn't amazing", "en"),
        ("no thanks", "en"),
        ("I don't love you", "en"),
        ("non sei simpatico", "it"),
        ("non è bello", "it"),
        ("niente auguri per me", "it"),
    ],
)
def test_a_mood_is_not_assumed_after_a_negation(text: str, language: str) -> None:
    assert recognise(text, language) not in MOODS


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_answers_any_comment_assumes_no_mood(language: str) -> None:
    for line in load_lines("planner.stage.rule_based", f"lines_{language}.toml")["comment"]:
        assert not is_cheerful(line), line


async def test_the_next_worker_does_not_repeat_a_kind_line() -> None:
    first = host("en")
    said = await answer_to(first, "my dad passed away", "en")
    second = host("en")
    second.restore(first.snapshot())
    assert await answer_to(second, "my dad passed away", "en") != said
