import json
import tomllib
from contextlib import aclosing
from dataclasses import replace

import pytest

from planner.defaults import PERSONAS
from planner.stage.output_gate import OutputGate
from planner.stage.planner import Planner
from planner.stage.prompt import MAX_COMMENT_CHARACTERS, Prompt, build_messages, sayable_text, system_text
from planner.stage.turn import Character, Exchange, ShowFacts, TokenUsage, Turn, TurnKind
from tests.architecture.sources import ROOT
from tests.fakes.chat_model import FakeChatModel

TABLE = tomllib.loads((ROOT / "tests/data/planner/injections.toml").read_text(encoding="utf-8"))
ATTACKS = [(language, attack["text"]) for language, attacks in TABLE.items() for attack in attacks]
OBEYED = [
    (language, attack["text"], attack["obeyed"])
    for language, attacks in TABLE.items()
    for attack in attacks
    if "obeyed" in attack
]


def character_of(language: str) -> Character:
    default = PERSONAS.get(language, PERSONAS["en"])
    return Character(default.name, default.system_prompt, language, dict(default.style))


def turn_of(language: str, text: str, *, name: str = "Marco") -> Turn:
    return Turn(TurnKind.COMMENT, name, language, text=text)


def test_there_are_attacks_enough_in_each_language() -> None:
    assert len(ATTACKS) >= 60
    assert set(TABLE) == {"it", "en", "de"}
    assert all(len(attacks) >= 20 for attacks in TABLE.values())
    assert len(set(ATTACKS)) == len(ATTACKS)


@pytest.mark.parametrize(("language", "text"), ATTACKS)
def test_an_attack_reaches_the_model_as_quoted_data_beside_its_viewers_name(language: str, text: str) -> None:
    character, turn = character_of(language), turn_of(language, text)
    history = (Exchange(turn=turn, reply="Ciao!"),)
    known: dict[str, str | int | list[str]] = {"wrote_before": text, "gifts": [f"5 {text}"]}
    prompt = Prompt(character, turn, history, known=known, said_already=text)
    system, *others = build_messages(prompt)
    harmless = Prompt(character, turn_of(language, "hello"))
    assert system == build_messages(harmless)[0]
    for message in (others[0], others[2]):
        assert message.role == "user"
        assert "\n" not in message.content
        data = json.loads(message.content)
        assert data["viewer"] == "Marco"
        assert data["text"].split() == text[:MAX_COMMENT_CHARACTERS].split()
    assert [message.role for message in others] == ["user", "assistant", "user"]


@pytest.mark.parametrize(("language", "text"), ATTACKS)
def test_an_attack_in_a_name_is_cut_down_to_what_can_be_called(language: str, text: str) -> None:
    user = build_messages(Prompt(character_of(language), turn_of(language, "ciao", name=text)))[1]
    assert len(json.loads(user.content)["viewer"]) <= 24


@pytest.mark.parametrize(("language", "text", "obeyed"), OBEYED)
async def test_what_an_obedient_model_answers_is_never_said(language: str, text: str, obeyed: str) -> None:
    planner = Planner(FakeChatModel(obeyed), character_of(language))
    usage = TokenUsage()
    async with aclosing(planner.plan(turn_of(language, text), usage)) as sentences:
        said = [sentence async for sentence in sentences]
    assert usage.model in ("offline", "fake")
    assert usage.model == "offline" or said == [], said


@pytest.mark.parametrize("language", ["it", "en", "de"])
def test_no_part_of_the_system_message_can_be_quoted(language: str) -> None:
    prompt = Prompt(character_of(language), turn_of(language, "?"))
    secret = system_text(prompt)
    gate = OutputGate(secret=secret, heard="", language="", max_characters=300)
    words = secret.split()
    for start in range(0, len(words) - 9, 3):
        quoted = " ".join(words[start : start + 9])
        assert gate.review(f"{quoted}.").text == "", quoted


SHOW = ShowFacts(
    "Giovedì in cucina",
    "Si cucina ogni giovedì alle nove di sera con il forno a legna.\nAnna ha aperto il ristorante nel 2012.",
    "cucinaconanna",
)
FULL = replace(
    character_of("it"),
    sample_lines=("Ragazzi miei, qui si cucina e si ride fino a tardi!",),
    forbidden_topics=(
        "le scommesse sportive e i siti che le offrono",
        "il divorzio della creator e la sua ex casa",
    ),
)
LEGITIMATE = [
    "Si cucina ogni giovedì alle nove di sera con il forno a legna!",
    "Anna ha aperto il ristorante nel 2012.",
    "The show is called Giovedì in cucina.",
    "Ragazzi miei, qui si cucina e si ride fino a tardi!",
    "Adesso si impasta la pizza con il lievito madre.",
]
LEAKED = [
    "Non parlo di il divorzio della creator e la sua ex casa.",
    "Le scommesse sportive e i siti che le offrono.",
    "Talk like that, but never say one of them word for word.",
    "All that you know of it: say nothing beyond it.",
    "Answer whatever touches on these with a friendly change of subject.",
    "Sei l'host virtuale di una live su TikTok e parli con frasi brevi, calde e positive.",
]


def gate_of(character: Character) -> OutputGate:
    turn = replace(turn_of("it", "?"), segment="Adesso si impasta la pizza con il lievito madre.")
    prompt = Prompt(character, turn, show=SHOW)
    return OutputGate(system_text(prompt), "", "", 300, sayable_text(prompt))


@pytest.mark.parametrize("line", LEGITIMATE)
def test_what_the_creator_wrote_to_be_said_may_be_said(line: str) -> None:
    assert gate_of(FULL).review(line).text == line


@pytest.mark.parametrize("line", LEAKED)
def test_what_the_creator_wrote_for_the_host_alone_is_not_said(line: str) -> None:
    assert gate_of(FULL).review(line).text == ""


def test_a_fact_may_be_said_though_it_stands_in_the_character_too() -> None:
    twice = replace(FULL, system_prompt=f"{FULL.system_prompt} {SHOW.facts}")
    assert gate_of(twice).review(LEGITIMATE[0]).text == LEGITIMATE[0]
    assert gate_of(twice).review(LEAKED[-1]).text == ""
