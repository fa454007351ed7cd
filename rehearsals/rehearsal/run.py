"""Runs a whole live where nobody hears it: a show and a chat go in, notes of what happened come out."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.conf import settings
from redis.asyncio import Redis

from livesessions.models.shows import Show
from livesessions.pipeline.live import Live, LiveParts
from livesessions.worker.assembly import LiveEnvironment, open_models, parts_of
from planner.spending import RedisSpendCap
from planner.stage.fallback import FallbackModel
from planner.stage.ports import LanguageModel
from rehearsals.rehearsal.chat import OpenChat, RehearsalChat
from rehearsals.rehearsal.notes import Notes, RecordingObserver, RehearsalOverlay
from rehearsals.rehearsal.silent_voice import SilentSynthesizer
from rehearsals.rehearsal.virtual_time import EPOCH, VirtualTimeLoop
from rehearsals.rehearsal.writer import SeededWriter, fallback_of
from speech.services.voices import resolve_voice
from speech.stage.speaker import Speaker


class NoModelError(Exception):
    """Raised when a rehearsal wants the configured models and there are none."""


class Writer(StrEnum):
    """Who writes the host's words in a rehearsal."""

    OFFLINE = "offline"
    FAKE = "fake"
    CONFIGURED = "configured"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to rehearse. The same wishes give the same rehearsal, unless a real model takes part."""

    minutes: float
    writer: Writer = Writer.OFFLINE
    seed: int = 0
    real_time: bool = False

    @property
    def lasts_s(self) -> float:
        return self.minutes * 60


def rehearse(show: Show, open_chat: OpenChat, wishes: Wishes) -> Notes:
    """Run a live of `show`, and return what happened. The show's settings must be loaded.

    Blocks for seconds, or for as long as the live lasts where it is wished `real_time`; the configured models
    answer in no other. Raises `NoModelError` when there are none.
    """
    if wishes.real_time:
        return _rehearse_in_real_time(show, open_chat, wishes)
    if wishes.writer is Writer.CONFIGURED:
        raise ValueError("A real model cannot be hurried: wish for real time.")
    loop = VirtualTimeLoop()
    model = fallback_of(SeededWriter(seed=wishes.seed), loop.time) if wishes.writer is Writer.FAKE else None

    def now() -> datetime:
        return EPOCH + timedelta(seconds=loop.time())

    stage = _Stage(show, open_chat, wishes, model=model, now=now, now_s=loop.time)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(stage.play())
    return stage.notes


def _rehearse_in_real_time(show: Show, open_chat: OpenChat, wishes: Wishes) -> Notes:
    began_s = time.monotonic()
    stack = AsyncExitStack()
    stage = _Stage(
        show,
        open_chat,
        wishes,
        model=_real_time_model(stack, wishes, show.tenant_id),
        now=lambda: datetime.now(UTC),
        now_s=lambda: time.monotonic() - began_s,
    )

    async def play() -> None:
        async with stack:
            await stage.play()

    asyncio.run(play())
    return stage.notes


def _real_time_model(stack: AsyncExitStack, wishes: Wishes, tenant_id: UUID) -> LanguageModel | None:
    """Return who writes. What the configured models cost counts against the month's caps, as in a live."""
    if wishes.writer is Writer.OFFLINE:
        return None
    if wishes.writer is Writer.FAKE:
        return fallback_of(SeededWriter(seed=wishes.seed), time.monotonic)
    models = open_models(stack)
    if not models:
        raise NoModelError("No language model is configured.")
    redis = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
    stack.push_async_callback(redis.aclose)
    cap = RedisSpendCap(
        redis,
        uuid4(),
        tenant_id=tenant_id,
        live_usd=settings.LLM_SPEND_CAP_LIVE_USD,
        month_usd=settings.LLM_SPEND_CAP_MONTH_USD,
        tenant_month_usd=settings.LLM_SPEND_CAP_TENANT_MONTH_USD,
    )
    return FallbackModel(models, cap=cap)


class _Stage:
    """One rehearsal: the show's real parts, with a chat that was recorded and ears that are not there."""

    def __init__(
        self,
        show: Show,
        open_chat: OpenChat,
        wishes: Wishes,
        *,
        model: LanguageModel | None,
        now: Callable[[], datetime],
        now_s: Callable[[], float],
    ) -> None:
        self.notes = Notes()
        self._now_s = now_s
        self._overlay = RehearsalOverlay(self.notes, now_s)
        # Made before the loop runs, for it reads the show's rows.
        self._parts: LiveParts = parts_of(
            show,
            LiveEnvironment(
                source=RehearsalChat(open_chat, lasts_s=wishes.lasts_s, clock=now),
                model=model,
                voice=Speaker(SilentSynthesizer(), resolve_voice(show.voice)[1]),
                sinks=[self._overlay],
                screen=self._overlay,
                observer=RecordingObserver(self.notes, now_s),
                now=now,
                seed=wishes.seed,
            ),
        )

    async def play(self) -> None:
        """Run the live to its end."""
        began_s, begun = self._now_s(), time.perf_counter()
        live = Live(self._parts)
        self._overlay.on_heard = lambda utterance_id, ended: live.report_playback(utterance_id, ended=ended)
        await live.run()
        self.notes.lasted_s = self._now_s() - began_s
        self.notes.took_s = time.perf_counter() - begun
