"""The chain of models on virtual time: who is asked, for how long, and who pays."""

import asyncio
from contextlib import aclosing
from datetime import date
from itertools import repeat

import pytest

from planner.errors import PlannerError
from planner.stage.fallback import FallbackModel, NamedModel
from planner.stage.ports import LanguageModel, Prompt
from planner.stage.prices import Price
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from providers.breaker import BreakerSettings, CircuitBreaker
from tests.fakes.language_model import FakeLanguageModel, FakeSlowModel
from tests.fakes.virtual_time import run_virtual

PROMPT = Prompt(Character("Viva", "", "it"), Turn(TurnKind.COMMENT, "marco", "it", text="ciao"))
PRICE = Price(prompt=1.0, completion=2.0, as_of=date(2026, 1, 1))


def loop_s() -> float:
    return asyncio.get_running_loop().time()


class FakeCap:
    def __init__(self, *, open_: bool = True) -> None:
        self.open = open_
        self.added: list[float] = []

    async def allows(self) -> bool:
        return self.open

    def add(self, usd: float) -> None:
        self.added.append(usd)


def endless(piece: str, delay_s: float = 0.01) -> FakeSlowModel:
    model = FakeSlowModel()
    model.pieces = repeat((delay_s, piece))
    return model


def named(
    name: str,
    model: LanguageModel,
    *,
    failures: int = 3,
    price: Price | None = None,
    breaker: CircuitBreaker | None = None,
) -> NamedModel:
    return NamedModel(name, model, breaker or CircuitBreaker(BreakerSettings(failures), now_s=loop_s), price)


async def write(model: FallbackModel, usage: TokenUsage, prompt: Prompt = PROMPT) -> list[tuple[float, str]]:
    async with aclosing(model.write(prompt, usage)) as pieces:
        return [(loop_s(), piece) async for piece in pieces]


async def listen(model: FallbackModel, said: list[str]) -> None:
    async with aclosing(model.write(PROMPT, TokenUsage())) as pieces:
        async for piece in pieces:
            said += [piece]


def written(*models: NamedModel, usage: TokenUsage | None = None, cap: FakeCap | None = None) -> str:
    async def run() -> str:
        chain = FallbackModel(models, cap=cap, now_s=loop_s)
        return "".join([piece for _, piece in await write(chain, usage or TokenUsage())])

    return run_virtual(run())


def test_the_first_model_speaks_while_it_works() -> None:
    usage, second = TokenUsage(), FakeLanguageModel("Due.")
    assert written(
        named("a", FakeLanguageModel("Uno, ", "due. ", "Tre.")), named("b", second), usage=usage
    ) == ("Uno, due. Tre.")
    assert usage.model == "a"
    assert second.prompts == []


@pytest.mark.parametrize(
    "broken",
    [
        FakeLanguageModel(error=PlannerError("429")),
        FakeLanguageModel("Ciao a", error=PlannerError("cut off")),
        FakeLanguageModel(error=PlannerError("401", permanent=True)),
        FakeLanguageModel(),
        FakeLanguageModel("😂", "\n\n", "..."),
        FakeLanguageModel("bla " * 300, "bla. "),
        FakeSlowModel((60.0, "Tardi. ")),
        FakeSlowModel((1.0, "Mezza frase "), (60.0, "tardi.")),
        endless("bla "),
        endless("\n"),
        endless("😂! "),
    ],
    ids=[
        "busy",
        "cut",
        "refused",
        "empty",
        "no words",
        "no end",
        "late",
        "half",
        "endless",
        "lines",
        "emoji",
    ],
)
def test_what_a_model_fails_at_the_next_one_says(broken: LanguageModel) -> None:
    usage = TokenUsage()
    assert written(named("a", broken), named("b", FakeLanguageModel("Eccomi!")), usage=usage) == "Eccomi!"
    assert usage.model == "b"


def test_when_nobody_writes_a_sentence_it_fails_within_four_seconds() -> None:
    async def run() -> float:
        chain = FallbackModel([named(name, FakeSlowModel((60.0, "Tardi."))) for name in "abc"], now_s=loop_s)
        with pytest.raises(PlannerError):
            await write(chain, TokenUsage())
        return loop_s()

    assert run_virtual(run()) == pytest.approx(4.0)


@pytest.mark.parametrize(("delay_s", "speaks"), [(3.9, True), (4.1, False)])
def test_a_single_model_has_four_seconds(delay_s: float, speaks: bool) -> None:
    model = named("a", FakeSlowModel((delay_s, "Ciao. Bene")))
    if speaks:
        assert written(model) == "Ciao. Bene"
    else:
        with pytest.raises(PlannerError):
            written(model)


def test_a_reply_that_was_waited_for_before_has_less_time() -> None:
    async def run() -> float:
        chain = FallbackModel([named("a", FakeSlowModel((60.0, "Tardi.")))], now_s=loop_s)
        late = Prompt(PROMPT.character, PROMPT.turn, waited_s=3.0)
        with pytest.raises(PlannerError):
            await write(chain, TokenUsage(), late)
        return loop_s()

    assert run_virtual(run()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "rest",
    [(60.0, "tardi."), (0.0, "x" * 1_200)],
    ids=["silence", "no end"],
)
def test_a_reply_that_has_begun_ends_where_it_breaks_and_nobody_else_goes_on(rest: tuple[float, str]) -> None:
    said: list[str] = []

    async def run() -> None:
        second = FakeLanguageModel("Altro.")
        broken = named("a", FakeSlowModel((0.5, "Ciao Marco! "), rest))
        chain = FallbackModel([broken, named("b", second)], now_s=loop_s)
        with pytest.raises(PlannerError):
            await listen(chain, said)
        assert second.prompts == []
        assert loop_s() < 5.0

    run_virtual(run())
    assert said == ["Ciao Marco! "]


def test_time_that_the_voice_takes_is_not_the_models() -> None:
    async def run() -> int:
        chain = FallbackModel(
            [named("a", FakeSlowModel((1.0, "Uno. "), (1.0, "Due. "), (1.0, "Tre. "), (1.0, "E basta.")))],
            now_s=loop_s,
        )
        heard = 0
        async with aclosing(chain.write(PROMPT, TokenUsage())) as pieces:
            async for _ in pieces:
                heard += 1
                await asyncio.sleep(30.0)
        return heard

    assert run_virtual(run()) == 3


def test_a_model_that_is_down_is_left_alone_probed_and_taken_back() -> None:
    async def run() -> None:
        model = FakeSlowModel()
        breaker = CircuitBreaker(BreakerSettings(2, pause_s=5.0), now_s=loop_s)
        chain = FallbackModel(
            [named("a", model, breaker=breaker), named("b", FakeLanguageModel("Eccomi."))], now_s=loop_s
        )
        for _ in range(5):
            usage = TokenUsage()
            await write(chain, usage)
            assert usage.model == "b"
        assert model.asked == 0 + 5
        assert not breaker.is_open  # empty answers are nobody's fault: any viewer can ask for them
        model.pieces = iter([(60.0, ""), (60.0, "")])
        for _ in range(5):
            await write(chain, TokenUsage())
        assert model.asked == 7
        await asyncio.sleep(5.0)
        model.pieces = iter([(0.1, "Sono tornato. ")] * 2)
        usage = TokenUsage()
        await write(chain, usage)
        assert usage.model == "a"

    run_virtual(run())


def test_a_reply_that_is_cut_while_probing_lets_the_next_one_probe() -> None:
    async def run() -> None:
        breaker = CircuitBreaker(BreakerSettings(1, pause_s=5.0), now_s=loop_s)
        breaker.failed(permanent=True)
        await asyncio.sleep(5.0)
        chain = FallbackModel([named("a", FakeSlowModel((3.0, "Ciao.")), breaker=breaker)], now_s=loop_s)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await write(chain, TokenUsage())
        assert breaker.admit()

    run_virtual(run())


def test_all_attempts_are_paid_for_and_the_speaker_is_named() -> None:
    usage, cap = TokenUsage(), FakeCap()
    first = named("a", FakeSlowModel((1.0, "Mezza "), (60.0, "")), price=PRICE)
    second = named("b", FakeSlowModel((0.1, "Ciao. "), (0.1, "Bene.")), price=PRICE)
    assert written(first, second, usage=usage, cap=cap) == "Ciao. Bene."
    assert (usage.model, usage.prompt_tokens, usage.completion_tokens) == ("b", 2_000, 300)
    assert usage.cost_usd == pytest.approx(0.0026)
    assert sum(cap.added) == pytest.approx(0.0026)


def test_a_reply_that_is_cut_off_is_paid_for() -> None:
    async def run() -> TokenUsage:
        usage = TokenUsage()
        chain = FallbackModel([named("a", endless("Ciao. "), price=PRICE)], now_s=loop_s)
        async with aclosing(chain.write(PROMPT, usage)) as pieces:
            await anext(pieces)
        return usage

    assert run_virtual(run()).cost_usd > 0.001


def test_nothing_is_asked_once_the_cap_is_reached() -> None:
    model = FakeLanguageModel("Ciao.")
    with pytest.raises(PlannerError):
        written(named("a", model), cap=FakeCap(open_=False))
    assert model.prompts == []
