"""The chain of models on virtual time: which model is asked, for how long, and what its breaker hears."""

import asyncio
from contextlib import aclosing
from itertools import repeat

import pytest

from providers.breaker import BreakerSettings, CircuitBreaker
from providers.language_models.errors import LanguageModelError
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.ports import ChatModel, Limits, Message, TextDelta
from tests.fakes.chat_model import FakeChatModel, FakeSlowModel
from tests.fakes.virtual_time import run_virtual

MESSAGES = (Message("user", "ciao"),)
LIMITS = Limits(first_text_s=4.0, rest_s=4.0)


def loop_s() -> float:
    return asyncio.get_running_loop().time()


class UntilFullStop:
    """Accepts an answer once it holds a full stop, and refuses one that has none."""

    def __init__(self) -> None:
        self._text = ""

    def push(self, text: str) -> bool:
        self._text += text
        if len(self._text) > 200:
            raise LanguageModelError("The language model does not stop.")
        return self.finish()

    def finish(self) -> bool:
        return "." in self._text


def endless(piece: str, delay_s: float = 0.01) -> FakeSlowModel:
    model = FakeSlowModel()
    model.pieces = repeat((delay_s, piece))
    return model


def named(name: str, model: ChatModel, breaker: CircuitBreaker | None = None) -> NamedModel:
    return NamedModel(name, model, breaker or CircuitBreaker(now_s=loop_s))


def chain_of(*models: NamedModel) -> FallbackChatModel:
    return FallbackChatModel(models, check=UntilFullStop, now_s=loop_s)


async def read(chain: FallbackChatModel, limits: Limits = LIMITS) -> list[TextDelta]:
    async with aclosing(chain.stream(MESSAGES, limits)) as stream:
        return [delta async for delta in stream]


async def listen(chain: FallbackChatModel, said: list[str]) -> None:
    async with aclosing(chain.stream(MESSAGES, LIMITS)) as stream:
        async for delta in stream:
            said += [delta.text]


def written(*models: NamedModel, limits: Limits = LIMITS) -> str:
    async def run() -> str:
        return "".join([delta.text for delta in await read(chain_of(*models), limits)])

    return run_virtual(run())


def test_the_first_model_answers_while_it_works() -> None:
    second = FakeChatModel("Due.")
    assert (
        written(named("a", FakeChatModel("Uno, ", "due. ", "Tre.")), named("b", second)) == "Uno, due. Tre."
    )
    assert second.requests == []


def test_nothing_is_yielded_before_the_answer_is_usable() -> None:
    async def run() -> list[str]:
        return [
            delta.text for delta in await read(chain_of(named("a", FakeChatModel("Uno, ", "due. ", "E"))))
        ]

    assert run_virtual(run()) == ["Uno, due. ", "E"]


@pytest.mark.parametrize(
    "broken",
    [
        FakeChatModel(error=LanguageModelError("429")),
        FakeChatModel("Ciao a", error=LanguageModelError("cut off")),
        FakeChatModel(error=LanguageModelError("401", permanent=True)),
        FakeChatModel(),
        FakeChatModel("nessun punto"),
        FakeChatModel("bla " * 100, "bla. "),
        FakeSlowModel((60.0, "Tardi. ")),
        FakeSlowModel((1.0, "Mezza frase "), (60.0, "tardi.")),
        endless("bla "),
        endless(" ", 0.1),
    ],
    ids=["busy", "cut", "refused", "empty", "unusable", "too long", "late", "half", "endless", "blank"],
)
def test_what_a_model_fails_at_the_next_one_answers(broken: ChatModel) -> None:
    assert written(named("a", broken), named("b", FakeChatModel("Eccomi."))) == "Eccomi."


def test_without_a_usable_answer_it_fails_at_the_deadline() -> None:
    async def run() -> float:
        with pytest.raises(LanguageModelError):
            await read(chain_of(*(named(name, FakeSlowModel((60.0, "Tardi."))) for name in "abc")))
        return loop_s()

    assert run_virtual(run()) == pytest.approx(4.0)


@pytest.mark.parametrize(("delay_s", "answers"), [(2.9, True), (3.1, False)])
def test_a_single_model_has_all_the_time(delay_s: float, answers: bool) -> None:
    model = named("a", FakeSlowModel((delay_s, "Ciao. Bene")))
    limits = Limits(first_text_s=3.0)
    if answers:
        assert written(model, limits=limits) == "Ciao. Bene"
    else:
        with pytest.raises(LanguageModelError):
            written(model, limits=limits)


@pytest.mark.parametrize("rest", [(60.0, "tardi."), (0.0, "x" * 300)], ids=["silence", "too long"])
def test_an_answer_that_has_begun_ends_where_it_breaks_and_no_other_model_goes_on(
    rest: tuple[float, str],
) -> None:
    said: list[str] = []
    second = FakeChatModel("Altro.")

    async def run() -> float:
        chain = chain_of(named("a", FakeSlowModel((0.5, "Ciao. "), rest)), named("b", second))
        with pytest.raises(LanguageModelError):
            await listen(chain, said)
        return loop_s()

    assert run_virtual(run()) < 5.0
    assert said == ["Ciao. "]
    assert second.requests == []


def test_the_time_that_the_caller_takes_does_not_count() -> None:
    async def run() -> int:
        pieces = [(1.0, "Uno. "), (1.0, "Due. "), (1.0, "Tre. "), (1.0, "E basta.")]
        heard = 0
        async with aclosing(chain_of(named("a", FakeSlowModel(*pieces))).stream(MESSAGES, LIMITS)) as stream:
            async for _ in stream:
                heard += 1
                await asyncio.sleep(30.0)
        return heard

    assert run_virtual(run()) == 4


def test_a_model_that_is_down_is_left_alone_probed_and_taken_back() -> None:
    async def run() -> None:
        model = FakeSlowModel(name="a")
        breaker = CircuitBreaker(BreakerSettings(2, pause_s=5.0), now_s=loop_s)
        chain = chain_of(named("a", model, breaker), named("b", FakeChatModel("Eccomi.")))
        for _ in range(5):
            await read(chain)
        assert model.asked == 5
        assert not breaker.is_open  # an unusable answer is nobody's fault: any viewer can ask for one
        model.pieces = iter([(60.0, ""), (60.0, "")])
        for _ in range(5):
            await read(chain)
        assert model.asked == 7
        await asyncio.sleep(5.0)
        model.pieces = iter([(0.1, "Sono tornato. ")] * 2)
        assert (await read(chain))[0].model == "a"

    run_virtual(run())


def test_an_answer_that_is_cut_while_probing_lets_the_next_one_probe() -> None:
    async def run() -> None:
        breaker = CircuitBreaker(BreakerSettings(1, pause_s=5.0), now_s=loop_s)
        breaker.failed(permanent=True)
        await asyncio.sleep(5.0)
        chain = chain_of(named("a", FakeSlowModel((3.0, "Ciao.")), breaker))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await read(chain)
        assert breaker.admit()

    run_virtual(run())


def test_the_usage_of_every_attempt_is_listed() -> None:
    async def run() -> list[tuple[str, int, int]]:
        first = named("a", FakeSlowModel((1.0, "Mezza "), (60.0, ""), name="a"))
        second = named("b", FakeSlowModel((0.1, "Ciao. "), (0.1, "Bene."), name="b"))
        stream = chain_of(first, second).stream(MESSAGES, LIMITS)
        async with aclosing(stream):
            assert "".join([delta.text async for delta in stream]) == "Ciao. Bene."
        return [(used.model, used.input_tokens, used.output_tokens) for used in stream.usage]

    assert run_virtual(run()) == [("a", 1_000, 100), ("b", 1_000, 200)]


def test_an_answer_that_was_left_is_in_the_usage() -> None:
    async def run() -> int:
        stream = chain_of(named("a", endless("Ciao. "))).stream(MESSAGES, LIMITS)
        async with aclosing(stream):
            await anext(stream)
        return stream.usage[0].output_tokens

    assert run_virtual(run()) == 100


def test_by_default_any_text_is_usable_and_blank_text_is_not() -> None:
    async def run() -> str:
        chain = FallbackChatModel(
            [named("a", FakeChatModel(" ", "\n")), named("b", FakeChatModel(" ", "Ecco"))], now_s=loop_s
        )
        return "".join([delta.text for delta in await read(chain)])

    assert run_virtual(run()) == " Ecco"
