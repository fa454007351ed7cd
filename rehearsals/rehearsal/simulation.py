"""Simulates a live of a show: the real pipeline with a recorded chat, a silent voice and no overlay."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.conf import settings

from livesessions.models.shows import Show
from livesessions.pipeline.live import Live, LiveParts
from livesessions.worker.assembly import LiveEnvironment, open_models, parts_of
from planner.spending import RedisSpendCap
from planner.stage.fallback import FallbackModel
from planner.stage.ports import LanguageModel
from providers.redis import async_redis
from rehearsals.rehearsal.chat_source import OpenChat, RehearsalChat
from rehearsals.rehearsal.silent_overlay import RehearsalOverlay
from rehearsals.rehearsal.synthetic_model import SyntheticModel, with_fallback
from rehearsals.rehearsal.trace import RehearsalTrace, TraceObserver
from rehearsals.rehearsal.virtual_clock import EPOCH, VirtualTimeLoop
from speech.services.voices import resolve_voice
from speech.stage.silent_synthesizer import SilentSynthesizer
from speech.stage.speaker import Speaker


class NoModelError(Exception):
    """Raised when a rehearsal needs a configured language model and there is none."""


class ModelChoice(StrEnum):
    """What writes the host's words in a rehearsal."""

    OFFLINE = "offline"  # the rule-based model
    FAKE = "fake"  # the synthetic model, with the faults of a real one
    CONFIGURED = "configured"  # the installation's language models


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """How to rehearse. Without a configured model, equal options give an equal rehearsal."""

    minutes: float
    model: ModelChoice = ModelChoice.OFFLINE
    seed: int = 0
    real_time: bool = False

    @property
    def lasts_s(self) -> float:
        return self.minutes * 60


def simulate_live(show: Show, open_chat: OpenChat, options: RehearsalOptions) -> RehearsalTrace:
    """Run a live of `show` and return its trace. Blocks for seconds or, in real time, for the live's length.

    - `show`: loaded with its tenant, persona, voice, policy and overlay.
    - Raise `NoModelError` when the configured models are chosen and there are none, and ValueError when they
      are chosen without real time: their requests take real seconds, which a virtual clock skips.
    """
    if options.real_time:
        return _simulate_in_real_time(show, open_chat, options)
    if options.model is ModelChoice.CONFIGURED:
        raise ValueError("Configured models need `real_time`.")
    loop = VirtualTimeLoop()
    is_fake = options.model is ModelChoice.FAKE

    def now() -> datetime:
        return EPOCH + timedelta(seconds=loop.time())

    simulation = _Simulation(
        show,
        open_chat,
        options,
        model=with_fallback(SyntheticModel(seed=options.seed), loop.time) if is_fake else None,
        now=now,
        now_s=loop.time,
    )
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(simulation.run())
    return simulation.trace


def _simulate_in_real_time(show: Show, open_chat: OpenChat, options: RehearsalOptions) -> RehearsalTrace:
    began_s = time.monotonic()
    stack = AsyncExitStack()
    simulation = _Simulation(
        show,
        open_chat,
        options,
        model=_real_time_model(stack, options, show.tenant_id),
        now=lambda: datetime.now(UTC),
        now_s=lambda: time.monotonic() - began_s,
    )

    async def run() -> None:
        async with stack:
            await simulation.run()

    asyncio.run(run())
    return simulation.trace


def _real_time_model(
    stack: AsyncExitStack, options: RehearsalOptions, tenant_id: UUID
) -> LanguageModel | None:
    """Return the chosen model. The configured ones count against the month's spend caps, as in a live."""
    if options.model is ModelChoice.OFFLINE:
        return None
    if options.model is ModelChoice.FAKE:
        return with_fallback(SyntheticModel(seed=options.seed), time.monotonic)
    models = open_models(stack)
    if not models:
        raise NoModelError("No language model is configured.")
    cap = RedisSpendCap(
        async_redis(),
        uuid4(),
        tenant_id=tenant_id,
        live_usd=settings.LLM_SPEND_CAP_LIVE_USD,
        month_usd=settings.LLM_SPEND_CAP_MONTH_USD,
        tenant_month_usd=settings.LLM_SPEND_CAP_TENANT_MONTH_USD,
    )
    return FallbackModel(models, cap=cap)


class _Simulation:
    """One live with the show's real parts, a recorded chat, a silent voice and a traced overlay."""

    def __init__(
        self,
        show: Show,
        open_chat: OpenChat,
        options: RehearsalOptions,
        *,
        model: LanguageModel | None,
        now: Callable[[], datetime],
        now_s: Callable[[], float],
    ) -> None:
        self.trace = RehearsalTrace()
        self._now_s = now_s
        self._overlay = RehearsalOverlay(self.trace, now_s)
        # Built before the loop runs: it reads the show's rows, which must not happen on the event loop.
        self._parts: LiveParts = parts_of(
            show,
            LiveEnvironment(
                source=RehearsalChat(open_chat, lasts_s=options.lasts_s, clock=now),
                model=model,
                voice=Speaker(SilentSynthesizer(), resolve_voice(show.voice)[1]),
                sinks=[self._overlay],
                screen=self._overlay,
                observer=TraceObserver(self.trace, now_s),
                now=now,
                seed=options.seed,
            ),
        )

    async def run(self) -> None:
        """Run the live to its end and write its length into the trace."""
        began_s, began_real_s = self._now_s(), time.perf_counter()
        live = Live(self._parts)
        self._overlay.on_heard = lambda utterance_id, ended: live.report_playback(utterance_id, ended=ended)
        await live.run()
        self.trace.lasted_s = self._now_s() - began_s
        self.trace.took_s = time.perf_counter() - began_real_s
