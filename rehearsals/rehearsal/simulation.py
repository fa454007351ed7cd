"""Simulates a live of a show: the real pipeline with a recorded chat, a silent voice and no overlay."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from billing.caps import SpendCaps
from billing.configured import configured_spend_caps
from billing.plans.catalogue import Meter
from billing.usage import Subject
from knowledge.live import RehearsalRetriever
from livesessions.models.shows import Show
from livesessions.pipeline.live import Live, LiveParts
from livesessions.worker.assembly import LiveEnvironment, build_model, parts_of
from providers.language_models.ports import ChatModel
from providers.model_settings import open_chat_models
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
        model=_synthetic_model(show, options, loop.time) if is_fake else None,
        now=now,
        now_s=loop.time,
    )
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(simulation.run())
    return simulation.trace


def _simulate_in_real_time(show: Show, open_chat: OpenChat, options: RehearsalOptions) -> RehearsalTrace:
    began_s = time.monotonic()
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            simulation = _Simulation(
                show,
                open_chat,
                options,
                model=runner.run(_real_time_model(stack, show, options)),
                now=lambda: datetime.now(UTC),
                now_s=lambda: time.monotonic() - began_s,
            )
            runner.run(simulation.run())
        finally:
            runner.run(stack.aclose())
    return simulation.trace


async def _real_time_model(stack: AsyncExitStack, show: Show, options: RehearsalOptions) -> ChatModel | None:
    """Return the chosen model. The configured ones count against the month's spend caps, as in a live."""
    if options.model is ModelChoice.OFFLINE:
        return None
    if options.model is ModelChoice.FAKE:
        return _synthetic_model(show, options, time.monotonic)
    models = open_chat_models(stack)
    if not models:
        raise NoModelError("No language model is configured.")
    caps, subject = configured_spend_caps(), Subject(show.tenant_id, uuid4())
    stack.push_async_callback(_close_subject, caps, subject)
    return build_model(models, caps.cap_of(subject, Meter.TOKENS))


async def _close_subject(caps: SpendCaps, subject: Subject) -> None:
    """Write what the rehearsal used last, and free what it has reserved."""
    caps.ledger.close(subject)
    await caps.ledger.flush()


def _synthetic_model(show: Show, options: RehearsalOptions, now_s: Callable[[], float]) -> ChatModel:
    return with_fallback(SyntheticModel(seed=options.seed, language=show.language), now_s)


class _Simulation:
    """One live with the show's real parts, a recorded chat, a silent voice and a traced overlay."""

    def __init__(
        self,
        show: Show,
        open_chat: OpenChat,
        options: RehearsalOptions,
        *,
        model: ChatModel | None,
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
                retriever=RehearsalRetriever(show.tenant_id),
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
