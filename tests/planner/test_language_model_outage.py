"""A language model that fails in mid-live, through the real pipeline and a real server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from chatsources.events import LiveEvent
from chatsources.port import CONNECTED, SourceCounts
from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.records import ReplyRecord
from planner.stage.planner import Planner
from planner.stage.spoken_answer import SpokenAnswerCheck
from planner.stage.turn import Character
from providers.breaker import BreakerSettings, CircuitBreaker
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.openai_chat import OpenAIChatModel
from providers.language_models.openai_server import OpenAIServer
from providers.language_models.ports import Limits
from tests.fakes.live import FakeObserver, FakeSource, Stage, comment
from tests.fakes.openai_chat import Answer, Ending, FakeOpenAIChat
from tests.patience import PATIENCE_S

CHARACTER = Character("Viva", "You are a friendly host.", "en")
PAUSE_S = 30.0
LIMITS = Limits(first_text_s=0.5, rest_s=0.5)
GOOD = Answer(deltas=("What a lovely evening, ", "everybody! ", "Tell me more about it."))
BACK = Answer(deltas=("So glad that we can ", "talk again, my friends!"))
ERROR = {"message": "zebra: rate limit reached for zebra-org", "type": "zebra"}

BROKEN = {
    "timeout": Answer(deltas=("Zebra",), ending=Ending.HANG),
    "429": Answer(status=429, error=ERROR),
    "500": Answer(status=500, error=ERROR),
    "401": Answer(status=401, error=ERROR),
    "html": Answer(raw=b"<html>zebra gateway</html>"),
    "no json": Answer(raw=b"data: {zebra\n\n"),
    "error event": Answer(raw=b'data: {"error": {"message": "zebra exceeded"}}\n\n'),
    "endless": Answer(deltas=("zebra ",), ending=Ending.ENDLESS),
    "empty": Answer(deltas=()),
    "cut": Answer(deltas=("Zebra is com",), ending=Ending.CUT),
    "filtered": Answer(deltas=("Zebra",), finish_reason="content_filter"),
}
UNSPEAKABLE = {
    "markup": Answer(deltas=("<html><body>zebra</body></html>",)),
    "role": Answer(deltas=("system: zebra mode on.",)),
    "json": Answer(deltas=('{"error": "zebra"}',)),
    "fence": Answer(deltas=("```zebra```",)),
    "emoji": Answer(deltas=("🦓🦓🦓",)),
}


class AskedSource(FakeSource):
    """Yields what the test asks, as it asks."""

    def __init__(self) -> None:
        self.counts = SourceCounts()
        self.state = CONNECTED
        self.asked: asyncio.Queue[LiveEvent] = asyncio.Queue()

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        while True:
            yield await self.asked.get()


class HearingObserver(FakeObserver):
    """Hears each reply to its end at once, and tells when it has ended."""

    live: Live
    ended: asyncio.Queue[ReplyRecord]

    def reply_changed(self, record: ReplyRecord) -> None:
        super().reply_changed(record)
        if record.times.sent_ms is None and record.times.first_audio_ms and record.heard_ended_at is None:
            self.live.report_playback(record.id, ended=True)
        elif record.outcome is not ReplyOutcome.SPEAKING:
            self.ended.put_nowait(replace(record, usage=replace(record.usage)))


class Show:
    """A live whose planner asks a local server, with a breaker whose clock the test moves."""

    def __init__(self, fake: FakeOpenAIChat, model: OpenAIChatModel) -> None:
        self.fake = fake
        self.now_s = 0.0
        self.breaker = CircuitBreaker(BreakerSettings(2, pause_s=PAUSE_S), now_s=lambda: self.now_s)
        chain = FallbackChatModel([NamedModel("fake", model, self.breaker)], check=SpokenAnswerCheck)
        self._source, self._observer = AskedSource(), HearingObserver()
        self._observer.ended = asyncio.Queue()
        self.stage = Stage(self._source, observer=self._observer, cooldown_s=0.0)
        parts = replace(self.stage.parts(), planner=Planner(chain, CHARACTER, seed=7, limits=LIMITS))
        self.live = self._observer.live = Live(parts)
        self._number = 0

    async def ask(self, text: str = "hello there") -> ReplyRecord:
        """Write a comment and return how it was answered."""
        self._number += 1
        event = comment(text, source_id=str(self._number), name=f"Viewer{chr(97 + self._number)}")
        self._source.asked.put_nowait(event)
        async with asyncio.timeout(PATIENCE_S):
            return await self._observer.ended.get()

    def voiced(self) -> str:
        """All that was said or shown as a caption."""
        spoken = [text for text, _ in self.stage.synthesizer.lines]
        return " ".join([*spoken, *self.stage.sink.said()])


def model_of(fake: FakeOpenAIChat, http: httpx.AsyncClient) -> OpenAIChatModel:
    server = OpenAIServer(http, base_url=fake.base_url, api_key="x", service="The language model")
    return OpenAIChatModel(server, "fake")


@asynccontextmanager
async def show(*answers: Answer) -> AsyncIterator[Show]:
    async with AsyncExitStack() as stack:
        fake = stack.enter_context(FakeOpenAIChat(*answers))
        http = await stack.enter_async_context(httpx.AsyncClient())
        playing = Show(fake, model_of(fake, http))
        running = asyncio.get_running_loop().create_task(playing.live.run())
        try:
            yield playing
        finally:
            playing.live.stop()
            await running


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_when_the_model_dies_in_mid_live_ready_lines_go_on_and_it_is_taken_back(broken: Answer) -> None:
    async with show(GOOD, broken, broken, BACK) as playing:
        replies = [await playing.ask()]
        replies += [await playing.ask(text) for text in ("how are you?", "what a day", "hello from Rome")]
        for text in ("are you back?", "and now?"):
            playing.now_s += 4 * PAUSE_S
            replies.append(await playing.ask(text))
            if replies[-1].usage.model == "fake":
                break

    assert [reply.outcome for reply in replies] == [ReplyOutcome.SPOKEN] * len(replies)
    assert [reply.usage.model for reply in replies[:4]] == ["fake", "offline", "offline", "offline"]
    assert replies[0].text == "What a lovely evening, everybody! Tell me more about it."
    assert replies[-1].usage.model == "fake"
    assert replies[-1].text == "So glad that we can talk again, my friends!"
    assert "zebra" not in playing.voiced().casefold()
    assert "html" not in playing.voiced()


@pytest.mark.parametrize("broken", UNSPEAKABLE.values(), ids=UNSPEAKABLE)
async def test_what_must_not_be_said_is_answered_by_ready_lines_and_the_model_stays(broken: Answer) -> None:
    async with show(broken, broken, broken, BACK) as playing:
        replies = [await playing.ask(text) for text in ("hello", "how are you?", "what a day", "and now?")]
    assert [reply.usage.model for reply in replies] == ["offline"] * 3 + ["fake"]
    assert "zebra" not in playing.voiced().casefold()


@pytest.mark.parametrize("ending", [Ending.CUT, Ending.UNFINISHED, Ending.HANG])
async def test_what_breaks_off_after_a_sentence_is_spoken_up_to_there(ending: Ending) -> None:
    broken = Answer(deltas=("Good evening to all of you! ", "And now a zebra com"), ending=ending)
    async with show(broken) as playing:
        reply = await playing.ask()
    assert (reply.outcome, reply.text, reply.fault) == (
        ReplyOutcome.SPOKEN,
        "Good evening to all of you!",
        "",
    )
    assert "zebra" not in playing.voiced().casefold()
    assert not playing.stage.sink.times_of("cut")[:-1]
