from contextlib import aclosing

import pytest

from planner.stage.planner import MAX_CHARACTERS, Planner
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from providers.language_models.errors import LanguageModelError
from tests.fakes.chat_model import FakeChatModel

CHARACTER = Character(name="Viva", system_prompt="", language="it")


def comment(text: str = "come stai?") -> Turn:
    return Turn(kind=TurnKind.COMMENT, viewer_name="marco", language="it", text=text)


async def said(planner: Planner, turn: Turn, usage: TokenUsage | None = None) -> list[str]:
    async with aclosing(planner.plan(turn, usage or TokenUsage())) as sentences:
        return [sentence async for sentence in sentences]


def planner_with(*pieces: str, memory: int = 6) -> tuple[Planner, FakeChatModel]:
    model = FakeChatModel(*pieces)
    return Planner(model, CHARACTER, memory=memory), model


async def test_a_reply_comes_in_whole_clean_sentences() -> None:
    planner, _ = planner_with("**Ci", "ao** Marco", "! 😊 Tutto be", "ne, *ride* e tu?")
    assert await said(planner, comment()) == ["Ciao Marco!", "Tutto bene, e tu?"]


async def test_after_two_sentences_the_model_is_stopped() -> None:
    planner, model = planner_with("Uno. ", "Due. ", "Tre. ", "Quattro. ", "Cinque.")
    assert await said(planner, comment()) == ["Uno.", "Due."]
    assert model.given < 5
    assert model.closed


async def test_a_reply_never_passes_the_character_limit() -> None:
    planner, _ = planner_with("parola " * 1000)
    (sentence,) = await said(planner, comment())
    assert len(sentence) <= MAX_CHARACTERS
    assert sentence.endswith("parola.")


async def test_a_second_sentence_that_does_not_fit_is_left_out() -> None:
    planner, _ = planner_with("Ciao Marco! ", "parola " * 60, ".")
    assert await said(planner, comment()) == ["Ciao Marco!"]


@pytest.mark.parametrize("pieces", [(), ("😂😂",), ("*ride*", "\n"), ("https://x.it",)])
async def test_a_reply_that_cannot_be_spoken_gives_way_to_a_ready_line(pieces: tuple[str, ...]) -> None:
    planner, _ = planner_with(*pieces)
    usage = TokenUsage()
    assert await said(planner, comment(), usage)
    assert usage.model == "offline"


@pytest.mark.parametrize("permanent", [True, False])
async def test_a_models_error_gives_way_to_a_ready_line_and_is_not_heard(permanent: bool) -> None:
    model = FakeChatModel("Zebra a", error=LanguageModelError("zebra down", permanent=permanent))
    usage = TokenUsage()
    line = " ".join(await said(Planner(model, CHARACTER), comment(), usage))
    assert line
    assert "zebra" not in line.casefold()
    assert usage.model == "offline"


async def test_what_fails_in_the_middle_ends_after_the_last_whole_sentence() -> None:
    model = FakeChatModel("Ciao Marco! ", "Tutto be", error=LanguageModelError("down"))
    usage = TokenUsage()
    assert await said(Planner(model, CHARACTER), comment(), usage) == ["Ciao Marco!"]
    assert usage.model == "fake"


async def test_without_a_model_ready_lines_answer() -> None:
    usage = TokenUsage()
    assert await said(Planner(None, CHARACTER), comment(), usage)
    assert usage == TokenUsage(model="offline")


async def test_a_listener_who_leaves_closes_the_model() -> None:
    planner, model = planner_with("Uno. ", "Due. ")
    async with aclosing(planner.plan(comment(), TokenUsage())) as sentences:
        assert await anext(sentences) == "Uno."
    assert model.closed


async def test_only_the_last_exchanges_that_were_heard_are_remembered() -> None:
    planner, model = planner_with("Ok.", memory=2)
    for number in range(4):
        planner.remember(comment(f"domanda {number}"), f"Risposta {number}.")
    planner.remember(comment("tagliata"), "")
    await said(planner, comment())
    assert model.replies_in(0) == ["Risposta 2.", "Risposta 3."]


async def test_nothing_is_remembered_that_nobody_reported_as_heard() -> None:
    planner, model = planner_with("Ok.")
    await said(planner, comment())
    await said(planner, comment())
    assert model.replies_in(1) == []


async def test_what_others_worded_is_remembered_too_and_not_said_again() -> None:
    line = "Vi ricordo che sabato alle diciotto si va tutti in piazza."
    planner, model = planner_with(line)
    planner.remember(Turn(TurnKind.COMMENT, "", "it"), line)
    usage = TokenUsage()
    assert await said(planner, comment(), usage) != [line]
    assert usage.model == "offline:unheard"
    assert [turn.get("avoid", "") for turn in model.turns] == ["", line]


async def test_what_the_planner_itself_has_worded_is_taken_down_once() -> None:
    planner, _ = planner_with("Sabato si va tutti in piazza.")
    reply = " ".join(await said(planner, comment()))
    planner.remember(comment(), reply)
    assert len(planner.snapshot()[-1]["said"]) == 1


@pytest.mark.parametrize(
    ("also", "language", "called"),
    [
        (("Giulia",), "it", "Marco e Giulia: "),
        (("Giulia", "Pia"), "it", "Marco, Giulia e Pia: "),
        (("Giulia", "Pia", "Luca"), "it", "Marco, Giulia e altri: "),
        (("Giulia", "Pia", "Luca"), "en", "Marco, Giulia and others: "),
        (("\U0001f600",), "it", ""),
    ],
)
async def test_a_ready_line_calls_all_who_asked_the_same(
    also: tuple[str, ...], language: str, called: str
) -> None:
    turn = Turn(TurnKind.COMMENT, "Marco", language, text="how much is it? quanto costa?", also=also)
    line = " ".join(await said(Planner(None, CHARACTER), turn))
    assert line.startswith(called)
    assert line.count("Marco") <= 1
