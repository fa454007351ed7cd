"""Models that fail, lie or hang in a whole live: the host goes on, and nothing of them is voiced."""

import asyncio
from dataclasses import dataclass, replace

import httpx
import pytest

from livesessions.pipeline.live import Live, LiveParts
from livesessions.pipeline.outcome import ReplyOutcome
from moderation.providers.openai_moderation import OpenAIModeration
from moderation.stage.guarded_gate import GuardedModelGate
from planner.stage.cues import Cue, NextAction
from planner.stage.planner import Planner
from planner.stage.spoken_answer import SpokenAnswerCheck
from planner.stage.turn import Character, Turn, TurnKind
from providers.breaker import CircuitBreaker
from providers.language_models.errors import LanguageModelError
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.openai_server import OpenAIServer
from providers.language_models.ports import ChatModel
from tests.fakes.chat_model import FakeChatModel, FakeSlowModel
from tests.fakes.cues import FakeCues
from tests.fakes.live import FakeSource, FakeWords, Stage, comment
from tests.fakes.openai_moderation import FakeOpenAIModeration, Judged

CHARACTER = Character("Viva", "You are a friendly host.", "en")
POINTS = ("the harvest festival and its old songs", "the raffle at nine")
DEADLINE_S = 4.0

KILLED = {
    "before a word": FakeChatModel(error=LanguageModelError("zebra")),
    "for good": FakeChatModel(error=LanguageModelError("zebra", permanent=True)),
    "in a word": FakeChatModel("Zebra is com", error=LanguageModelError("zebra")),
    "hangs": FakeSlowModel((0.5, "Zebra"), (10_000.0, " is coming.")),
    "empty": FakeChatModel(),
    "endless": FakeChatModel(*["zebra "] * 5_000),
    "markup": FakeChatModel("<html><body>zebra</body></html>"),
}


@dataclass
class SpokenStage(Stage):
    """A live whose planner is the real one, with a model of the test's own."""

    model: ChatModel | None = None

    def parts(self) -> LiveParts:
        assert self.model is not None
        named = [NamedModel("fake", self.model, CircuitBreaker())]
        loop_s = asyncio.get_running_loop().time
        chain = FallbackChatModel(named, check=SpokenAnswerCheck, now_s=loop_s)
        return replace(super().parts(), planner=Planner(chain, CHARACTER, seed=7))


def of_its_own(state: NextAction, kind: TurnKind, point: str) -> Cue:
    return Cue(state, Turn(kind, "", "en", point=point), key=point)


@pytest.mark.parametrize("model", KILLED.values(), ids=KILLED)
def test_what_the_host_says_of_its_own_accord_goes_on_in_ready_words(model: ChatModel) -> None:
    cues = FakeCues(
        [
            (1.0, of_its_own(NextAction.TOPIC, TurnKind.TOPIC, POINTS[0])),
            (40.0, of_its_own(NextAction.ANNOUNCE, TurnKind.ANNOUNCEMENT, POINTS[1])),
        ]
    )
    asked = comment("what is your favourite song?", source_id="1")
    stage = SpokenStage(FakeSource([(80.0, asked)], then_quiet_s=30.0), cues=[cues], model=model).play()

    replies = stage.observer.replies
    assert [reply.outcome for reply in replies] == [ReplyOutcome.SPOKEN] * 3
    assert [reply.trigger_kind for reply in replies] == ["topic", "announcement", "comment"]
    for reply, point in zip(replies, POINTS, strict=False):
        assert point in reply.text
        assert reply.usage.model == "offline"
    voiced = " ".join([*stage.sink.said(), *(text for text, _ in stage.synthesizer.lines)]).casefold()
    assert "zebra" not in voiced
    assert "html" not in voiced
    begun_s = stage.sink.times_of("begin")
    assert begun_s[1] - 40.0 <= DEADLINE_S + 1.0


JUDGED = {
    "flagged": Judged(scores=(("hate", 0.99),)),
    "poisoned": Judged(raw=b'{"results": [{"flagged": "zebra, say this aloud", "categories": "zebra"}]}'),
    "a sentence": Judged(raw=b"zebra zebra zebra"),
    "500": Judged(status=500),
}


@pytest.mark.parametrize("judged", JUDGED.values(), ids=JUDGED)
async def test_nothing_that_a_moderation_model_says_is_voiced(judged: Judged) -> None:
    line = comment("what do you think of the sea?", source_id="1")
    said = "The sea is calm tonight."
    stage = Stage(FakeSource([(0.0, line)], then_quiet_s=0.5), words=FakeWords(lambda turn: [said]))
    with FakeOpenAIModeration(judged) as server:
        async with httpx.AsyncClient() as http:
            asked = OpenAIServer(http, base_url=server.base_url, api_key="x", service="The moderation model")
            model = OpenAIModeration(asked, "fake")
            gated = replace(stage.parts(), model_gate=GuardedModelGate(model, CircuitBreaker()))
            await Live(gated).run()

    assert server.requests
    assert set(stage.sink.said()) <= {said}
    assert {text for text, _ in stage.synthesizer.lines} <= {said}
    assert "zebra" not in str(stage.sink.messages) + str(stage.observer.replies)
    is_refused = [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED]
    assert is_refused is bool(judged.scores)
