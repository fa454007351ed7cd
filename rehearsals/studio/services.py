"""Answers studio lines with the models and voices that a live would use, opened for one call."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing

from asgiref.sync import async_to_sync

from billing.configured import configured_prices, month_cap_of
from billing.plans import doors
from billing.plans.catalogue import Meter
from knowledge.live import KnowledgeRetriever
from livesessions.worker.assembly import build_model
from planner.stage.planner import Planner
from providers.model_settings import open_chat_models
from rehearsals.studio.answer import AnswerResult, StudioAnswer
from rehearsals.studio.line_runner import LineRunner, ViewerLine
from rehearsals.studio.persona_setup import PersonaSetup
from speech.errors import SpeechError
from speech.runtime.preview_slots import run_preview
from speech.runtime.voice_opening import open_lineup
from speech.runtime.wav import wav_of
from speech.stage.audio import AudioChunk
from tenants.models import User

TIME_LIMIT_S = 25.0
PURPOSE = "rehearsing"  # of the preview lock: one line of a user at a time


def answer_line(
    *, setup: PersonaSetup, line: ViewerLine, user: User, seed: int = 0
) -> tuple[StudioAnswer, bytes]:
    """Return a host's answer and its sound as a WAV file, empty without a sound. Blocks.

    Raise `PreviewRefused` when the user or the process runs too many previews, and `PlanRefused` when
    the plan has no tokens left.
    """
    doors.require(doors.USE_MODEL, setup.tenant_id)
    return run_preview(
        user, lambda: async_to_sync(_answer)(setup, line, aloud=True, seed=seed), purpose=PURPOSE
    )


def answer_with_each(
    *, setups: Sequence[tuple[PersonaSetup, int]], line: ViewerLine, user: User
) -> list[tuple[PersonaSetup, StudioAnswer]]:
    """Return the silent answers of several hosts, each with its seed. Counts as one preview. Blocks.

    Raise `PreviewRefused` and `PlanRefused` as `answer_line` does.
    """
    for tenant_id in {setup.tenant_id for setup, _seed in setups}:
        doors.require(doors.USE_MODEL, tenant_id)

    def answer_all() -> list[tuple[PersonaSetup, StudioAnswer]]:
        return [
            (setup, async_to_sync(_answer)(setup, line, aloud=False, seed=seed)[0]) for setup, seed in setups
        ]

    return run_preview(user, answer_all, purpose=PURPOSE) if setups else []


def speak_text(*, setup: PersonaSetup, text: str, user: User) -> bytes:
    """Return a text in the host's voice as a WAV file, empty when the voice fails. Blocks.

    Raise `PreviewRefused` when the user or the process runs too many previews.
    """
    return run_preview(user, lambda: async_to_sync(_speak)(setup, text), purpose="hearing")


async def _answer(
    setup: PersonaSetup, line: ViewerLine, *, aloud: bool, seed: int
) -> tuple[StudioAnswer, bytes]:
    async with AsyncExitStack() as stack:
        # Counts against the month's budgets, the workspace's too, but not against a live's.
        cap = await month_cap_of(setup.tenant_id, Meter.TOKENS)
        model = build_model(open_chat_models(stack), cap)
        voices = await open_lineup(stack, setup.lineup) if aloud else None
        runner = LineRunner(
            gate=setup.gate,
            words=Planner(
                model,
                setup.character,
                show=setup.facts,
                seed=seed,
                prices=configured_prices(),
                retriever=KnowledgeRetriever(setup.tenant_id, notes=False),
            ),
            voice=voices.own if voices else None,
            voice_in=voices,
            language=setup.language,
        )
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                await runner.run(line)
        except TimeoutError:
            runner.answer.result = AnswerResult.LATE
        if aloud and voices is None:
            runner.answer.fault = runner.answer.fault or "speech"
        if model is not None:
            await cap.allows()  # records the cost of this line
        return runner.answer, wav_of(runner.chunks)


async def _speak(setup: PersonaSetup, text: str) -> bytes:
    chunks: list[AudioChunk] = []
    async with AsyncExitStack() as stack:
        voices = await open_lineup(stack, setup.lineup)
        if voices is None:
            return b""
        try:
            async with asyncio.timeout(TIME_LIMIT_S), aclosing(voices.own.speak(text)) as spoken:
                chunks.extend([chunk async for chunk in spoken])
        except (SpeechError, TimeoutError):
            return b""
    return wav_of(chunks)
