import pytest

from billing.usage import UsageKind
from moderation.errors import ModerationError
from moderation.metering import MeteredModelGate
from moderation.providers.openai_moderation import MAX_CHARACTERS
from moderation.stage.model_gate import Flag, Flags
from tests.fakes.spend_cap import FakeSpendCap

HATE = Flags((Flag.HATE,))


class FakeGate:
    def __init__(self, error: ModerationError | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    async def review(self, text: str) -> Flags:
        self.asked.append(text)
        if self.error is not None:
            raise self.error
        return HATE


async def reviewed(gate: FakeGate, cap: FakeSpendCap, text: str = "otto car") -> Flags:
    return await MeteredModelGate(gate, cap, provider="openai", model="omni").review(text)


@pytest.mark.parametrize(("characters", "tokens"), [(8, 2), (100_000, MAX_CHARACTERS // 4)])
async def test_a_judgement_is_reported_by_the_tokens_that_were_sent(characters: int, tokens: int) -> None:
    cap = FakeSpendCap()
    assert await reviewed(FakeGate(), cap, "x" * characters) == HATE
    assert cap.quantities == [(UsageKind.MODERATION_TOKENS, tokens)]
    assert (cap.records[0].provider, cap.records[0].model) == ("openai", "omni")


async def test_a_judgement_is_written_down_at_once() -> None:
    cap = FakeSpendCap()
    await reviewed(FakeGate(), cap)
    assert cap.written == cap.records != []


async def test_a_failure_is_not_reported() -> None:
    cap = FakeSpendCap()
    with pytest.raises(ModerationError):
        await reviewed(FakeGate(ModerationError("500")), cap)
    assert cap.records == []


async def test_once_the_cap_is_reached_nothing_is_asked_and_nothing_flagged() -> None:
    gate = FakeGate()
    assert await reviewed(gate, FakeSpendCap(is_open=False)) == Flags()
    assert gate.asked == []
