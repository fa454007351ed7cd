"""Whether a policy lets a moderation model be asked, through the parts of a real show."""

from datetime import UTC, datetime

import pytest

from livesessions.models.shows import Show
from livesessions.pipeline.live import Live
from livesessions.worker.assembly import LiveEnvironment, parts_of
from moderation.stage.guarded_gate import GuardedModelGate
from providers.breaker import CircuitBreaker
from speech.stage.speaker import Speaker
from tenants.threads import in_thread
from tests.fakes.chat_model import FakeChatModel
from tests.fakes.live import VOICE, FakeObserver, FakeSink, FakeSource, comment
from tests.fakes.model_gate import FakeModelGate
from tests.fakes.synthesizer import FakeSynthesizer

pytestmark = pytest.mark.django_db(transaction=True)

LINE = "che cosa cucini stasera?"
SAID = "Stasera preparo una bella zuppa di lenticchie."


@pytest.mark.parametrize(("asks_model", "asked"), [(True, [LINE, SAID]), (False, [])])
async def test_the_model_is_asked_only_where_the_policy_says_so(
    show: Show, asks_model: bool, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.stage.rundown.OPENING_WITHIN_S", -1.0)
    gate, sink = FakeModelGate(), FakeSink()
    around = LiveEnvironment(
        source=FakeSource([(0.0, comment(LINE, source_id="1"))], then_quiet_s=1.0),
        model=FakeChatModel(SAID),
        voice=Speaker(FakeSynthesizer(), VOICE),
        sinks=[sink],
        screen=sink,
        observer=FakeObserver(),
        now=lambda: datetime.now(UTC),
        seed=1,
        model_gate=GuardedModelGate(gate, CircuitBreaker()),
    )
    show.policy.asks_model = asks_model
    await Live(await in_thread(parts_of, show, around)).run()

    assert SAID in sink.said()
    assert gate.texts == asked
