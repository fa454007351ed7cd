import json
from contextlib import aclosing

import pytest

from planner.errors import PlannerError
from planner.stage.canned.replies import CannedReplies
from planner.stage.lines import LANGUAGES, LineBook, never
from planner.stage.planner import Planner
from planner.stage.prompt import Prompt
from planner.stage.repetition import SaidLines
from planner.stage.rule_based.model import RuleBasedModel
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from tests.fakes.chat_model import FakeChatModel, FakeScriptedModel
from tests.fakes.clock import FakeClock

CHARACTER = Character("Viva", "", "it")
HALF_AN_HOUR_S = 1_800.0


def comment(text: str = "ciao", name: str = "marco") -> Turn:
    return Turn(TurnKind.COMMENT, name, "it", text=text)


async def said(planner: Planner, turn: Turn, usage: TokenUsage | None = None) -> list[str]:
    async with aclosing(planner.plan(turn, usage or TokenUsage())) as sentences:
        return [sentence async for sentence in sentences]


@pytest.mark.parametrize(
    ("line", "repeats"),
    [
        ("Ciao Marco, che bello averti qui con noi!", True),
        ("ciao marco che bello averti qui con noi", True),
        ("Ciao Marco, che bello avervi qui con noi!", True),
        ("Ciao Massimiliano, che bello averti qui con noi!", True),
        ("Che bello averti qui con noi!", True),
        ("Ciao Marco, raccontami com'è andata la giornata!", False),
        ("Che tempo fa dalle tue parti?", False),
    ],
)
def test_a_line_is_a_repeat_when_it_is_nearly_the_same_whoever_it_is_said_to(
    line: str, repeats: bool
) -> None:
    lines = SaidLines()
    lines.add("Ciao Marco, che bello averti qui con noi!", "Marco")
    name = "Massimiliano" if "Massimiliano" in line else "Marco"
    assert lines.is_repeat(line, name) is repeats


def test_each_long_sentence_of_a_line_counts_and_a_short_one_does_not() -> None:
    lines = SaidLines()
    lines.add("Ciao Marco! Stasera parliamo di montagna e di rifugi.", "Marco")
    assert lines.is_repeat("Stasera parliamo di montagna e di rifugi.")
    assert not lines.is_repeat("Ciao Marco!")


def test_the_memory_is_bounded_and_forgets_the_oldest() -> None:
    lines = SaidLines(capacity=200)
    for number in range(201):
        lines.add(f"Numero {chr(97 + number % 26) * (number + 8)}")
    assert len(lines.snapshot()) == 200
    assert not lines.is_repeat(f"Numero {'a' * 8}")


async def test_a_reply_said_before_is_asked_for_again_with_the_line_to_avoid() -> None:
    model = FakeScriptedModel(
        "Oggi in diretta parliamo di montagna.",
        "Oggi in diretta parliamo di montagne!",
        "Che domanda curiosa, mi piace proprio tanto.",
    )
    planner = Planner(model, CHARACTER)
    await said(planner, comment())
    assert await said(planner, comment()) == ["Che domanda curiosa, mi piace proprio tanto."]
    assert [turn.get("avoid", "") for turn in model.turns] == [
        "",
        "",
        "Oggi in diretta parliamo di montagne!",
    ]


async def test_a_model_that_repeats_itself_twice_gives_way_to_a_ready_line() -> None:
    model = FakeScriptedModel(*["Oggi in diretta parliamo di montagna."] * 3)
    planner, usage = Planner(model, CHARACTER), TokenUsage()
    await said(planner, comment())
    line = await said(planner, comment(), usage)
    assert line
    assert usage.model == "offline:unheard"
    assert len(model.requests) == 3


async def test_a_model_that_goes_on_repeating_itself_is_left_alone_for_longer_and_longer() -> None:
    clock = FakeClock(1_000_000.0)
    model = FakeChatModel("Oggi in diretta parliamo di montagna.")
    planner = Planner(model, CHARACTER, now_s=clock)
    for second in range(300):
        await said(planner, comment(f"domanda {second}?"))
        clock.now_s += 1
    # One answer that was said, the two that tripped the breaker, then one after 30, 60 and 120 seconds.
    assert len(model.requests) == 6


async def test_a_paused_model_is_heard_again_when_it_has_something_new_to_say() -> None:
    clock = FakeClock(1_000_000.0)
    line = "Oggi in diretta parliamo di montagna."
    model = FakeScriptedModel(
        line, line, line, "Che domanda curiosa, mi piace!", "E adesso un saluto a tutti."
    )
    planner, usage = Planner(model, CHARACTER, now_s=clock), TokenUsage()
    await said(planner, comment())
    await said(planner, comment())
    clock.now_s += 31
    assert await said(planner, comment()) == ["Che domanda curiosa, mi piace!"]
    assert await said(planner, comment(), usage) == ["E adesso un saluto a tutti."]


@pytest.mark.parametrize("answer", ["Error 429.", "null.", "L'utente chiede un saluto."])
async def test_a_model_that_writes_no_words_four_times_is_left_alone(answer: str) -> None:
    model = FakeChatModel(answer)
    planner = Planner(model, CHARACTER)
    for _ in range(10):
        await said(planner, comment())
    assert len(model.requests) == 4


async def test_refusals_that_viewers_can_cause_do_not_silence_the_model() -> None:
    model = FakeChatModel("Non posso aiutarti con questo.")
    planner = Planner(model, CHARACTER)
    for _ in range(10):
        await said(planner, comment())
    assert len(model.requests) == 10


async def test_a_second_sentence_that_was_said_before_is_left_out() -> None:
    model = FakeScriptedModel(
        "Evviva! Stasera parliamo di montagna e rifugi.",
        "Bentornato fra noi, carissimo! Stasera parliamo di montagna e rifugi.",
    )
    planner = Planner(model, CHARACTER)
    await said(planner, comment())
    assert await said(planner, comment()) == ["Bentornato fra noi, carissimo!"]


async def test_a_short_opening_may_come_again_but_not_as_a_whole_reply() -> None:
    model = FakeScriptedModel(
        "Ciao Marco!",
        "Ciao Marco! Oggi ti vedo pieno di energia.",
        "Ciao Marco!",
        "Ma bentornato fra noi, carissimo!",
    )
    planner = Planner(model, CHARACTER)
    assert await said(planner, comment()) == ["Ciao Marco!"]
    assert await said(planner, comment()) == ["Ciao Marco!", "Oggi ti vedo pieno di energia."]
    assert await said(planner, comment()) == ["Ma bentornato fra noi, carissimo!"]


async def test_a_cut_reply_counts_as_said() -> None:
    model = FakeScriptedModel(*["Oggi in diretta parliamo di montagna. E poi di mare."] * 3)
    planner = Planner(model, CHARACTER)
    async with aclosing(planner.plan(comment(), TokenUsage())) as sentences:
        first = await anext(sentences)
    assert first not in await said(planner, comment())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_ready_lines_do_not_come_back_within_half_an_hour(language: str) -> None:
    clock = FakeClock(1_000_000.0)
    planner = Planner(None, Character("Viva", "", language), seed=4, now_s=clock)
    heard: list[tuple[float, str]] = []
    texts = ["ciao", "come stai?", "boh", "che canzone è?", "hello", "why?", "nice", "pizza", "ahah"]
    for number in range(900):
        turn = Turn(TurnKind.COMMENT, f"anna{number % 7}", language, text=texts[number % len(texts)])
        line = " ".join(await said(planner, turn))
        nameless = SaidLines()
        for at_s, earlier in heard:
            if clock.now_s - at_s < HALF_AN_HOUR_S:
                nameless.add(earlier, "anna")
        assert not (line and nameless.is_repeat(line, "anna"))
        heard = [(at_s, earlier) for at_s, earlier in heard if clock.now_s - at_s < HALF_AN_HOUR_S]
        heard += [(clock.now_s, line)] if line else []
        clock.now_s += 4.0
    assert len(heard) > 30


@pytest.mark.parametrize("language", LANGUAGES)
async def test_to_a_flood_that_means_nothing_the_host_without_a_model_is_silent(language: str) -> None:
    planner = Planner(None, Character("Viva", "", language), seed=4, now_s=FakeClock(1_000_000.0))
    for slot in range(30):
        turn = Turn(TurnKind.COMMENT, f"anna{slot % 7}", language, text="xyzzy plugh")
        assert await said(planner, turn) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_plain_talk_gets_no_line_that_would_fit_any_comment(language: str) -> None:
    planner = Planner(None, Character("Viva", "", language), seed=4)
    for _ in range(9):
        assert await said(planner, Turn(TurnKind.COMMENT, "anna", language, text="hello"))
        assert await said(planner, Turn(TurnKind.COMMENT, "anna", language, text="xyzzy plugh")) == []


async def test_with_nothing_new_to_say_the_host_is_silent_and_speaks_again_later() -> None:
    clock = FakeClock(1_000_000.0)
    planner = Planner(None, CHARACTER, now_s=clock)
    replies = [await said(planner, comment("ciao")) for _ in range(200)]
    assert replies[0]
    assert replies[-1] == []
    clock.now_s += HALF_AN_HOUR_S
    assert await said(planner, comment("ciao"))


async def test_silence_that_was_paid_for_is_a_failure() -> None:
    model = FakeChatModel("Non posso aiutarti con questo.", input_tokens=100)
    planner = Planner(model, CHARACTER, now_s=FakeClock(1_000_000.0))
    outcomes = []
    for _ in range(60):
        try:
            outcomes.append(bool(await said(planner, comment("xyzzy"))))
        except PlannerError:
            outcomes.append(False)
    assert outcomes[0]
    with pytest.raises(PlannerError):
        await said(planner, comment("xyzzy"))


def test_thanks_for_a_gift_are_owed_even_in_words_heard_before() -> None:
    host = CannedReplies(now_s=FakeClock(1_000_000.0))
    turn = Turn(TurnKind.GIFT, "anna", "it", gift_name="Rose")
    assert all(host.line_for(turn) for _ in range(100))
    assert host.line_for(Turn(TurnKind.FOLLOW, "anna", "it"), is_repeat=lambda line: True) == ""


def test_a_cry_for_help_is_answered_even_in_words_heard_before() -> None:
    model = RuleBasedModel(now_s=FakeClock(1_000_000.0))
    prompt = Prompt(CHARACTER, comment("voglio morire"))
    assert all(model.line_for(prompt, is_repeat=lambda line: True) for _ in range(20))


def test_a_book_draws_what_was_used_longest_ago() -> None:
    clock = FakeClock(1_000_000.0)
    book = LineBook({"a": ["uno", "due", "tre"]}, seed="1", now_s=clock)
    first = [book.draw_fresh("a", spoken=str.upper, is_repeat=never) for _ in range(4)]
    assert sorted(first) == ["", "DUE", "TRE", "UNO"]
    clock.now_s += HALF_AN_HOUR_S
    assert [book.draw_fresh("a", spoken=str.upper, is_repeat=never) for _ in range(3)] == first[:3]


def test_a_book_goes_on_where_another_worker_has_left_it() -> None:
    clock = FakeClock(1_000_000.0)
    topics = {"a": ["uno", "due", "tre"], "b": ["x"]}
    first, second = (LineBook(topics, seed=seed, now_s=clock) for seed in "12")
    used = [first.draw("a"), first.draw("a")]
    second.restore({**first.snapshot(), "gone": {"0": 1.0}})
    fresh = [second.draw_fresh("a", spoken=str, is_repeat=never) for _ in range(2)]
    assert fresh[0] not in ("", *used)
    assert fresh[1] == ""


async def test_the_next_worker_knows_what_was_said_and_which_lines_were_used() -> None:
    clock = FakeClock(1_000_000.0)
    line = "Oggi in diretta parliamo di montagna."
    first = Planner(FakeChatModel(line), CHARACTER, seed=1, now_s=clock)
    await said(first, comment())
    thanked = await said(first, Turn(TurnKind.FOLLOW, "anna", "it"))
    first.remember(comment(), line)
    left = json.loads(json.dumps(first.snapshot()))

    model = FakeScriptedModel(line, line)
    second = Planner(model, CHARACTER, seed=1, now_s=clock)
    second.restore(left)
    assert second.snapshot() == first.snapshot()
    usage = TokenUsage()
    assert await said(second, comment(), usage)
    assert usage.model == "offline:unheard"
    assert model.replies_in(0)[0] == line
    assert await said(second, Turn(TurnKind.FOLLOW, "anna", "it")) != thanked


async def test_a_snapshot_of_exchanges_alone_is_of_use_too() -> None:
    planner, model = Planner(None, CHARACTER), FakeChatModel("Ok, va bene.")
    planner.remember(comment(), "Eccomi.")
    later = Planner(model, CHARACTER)
    later.restore(planner.snapshot()[:1])
    await said(later, comment())
    assert model.replies_in(0) == ["Eccomi."]
