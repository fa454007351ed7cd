"""From rows and a line to an answer: opens what a live would use, for this one line, and closes it again."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import asdict, dataclass
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from redis.asyncio import Redis

from livesessions.models.shows import Show
from livesessions.pipeline.ports import Gate
from livesessions.worker.assembly import build_character, build_moderator, open_models
from moderation.models import Policy
from moderation.services import get_default_policy
from planner.models import Persona
from planner.spending import RedisSpendCap
from planner.stage.fallback import FallbackModel
from planner.stage.planner import Planner
from planner.stage.turn import Character, ShowFacts
from rehearsals.studio.answer import Answer, Result
from rehearsals.studio.answering import Answering, ViewerLine
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.preview_slots import run_preview
from speech.runtime.voice_opening import open_lineup
from speech.runtime.wav import wav_of
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import get_default_voice
from speech.stage.audio import AudioChunk
from tenants.models import User

TIME_LIMIT_S = 25.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a persona is tried out: as plain values all that a live of a show would give its host."""

    spender: UUID
    character: Character
    policy: Policy
    gate: Gate
    facts: ShowFacts
    language: str
    lineup: VoiceLineup

    def digest(self, line: ViewerLine) -> str:
        """Name an answer by everything that it hangs on."""
        rules = (self.policy.blocklist, self.policy.allowlist, self.policy.safe_mode)
        models = (settings.OPENAI_MODEL, settings.OPENAI_BASE_URL) if settings.OPENAI_API_KEY else ()
        what = [asdict(self.character), rules, asdict(self.facts), self.language, models, asdict(line)]
        return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()


def set_scene(*, persona: Persona, show: Show | None, language: str = "") -> Scene:
    """Return where a persona, stored or not, is tried out: in a show of its tenant, or in none."""
    language = language or (show.language if show else persona.language)
    policy: Policy = show.policy if show else get_default_policy(tenant=persona.tenant, language=language)
    return Scene(
        spender=persona.tenant_id,
        character=build_character(persona),
        policy=policy,
        gate=build_moderator(policy),
        facts=ShowFacts(show.name, show.facts, show.handle) if show else ShowFacts(),
        language=language,
        # Read here: nothing may ask the database on the event loop.
        lineup=resolve_voices(_voice_for(persona, show, language)),
    )


def _voice_for(persona: Persona, show: Show | None, language: str) -> VoiceProfile:
    if show is not None and show.voice.language == language:
        return show.voice
    return get_default_voice(tenant=persona.tenant, language=language)


def rehearse(*, scene: Scene, line: ViewerLine, user: User, seed: int = 0) -> tuple[Answer, bytes]:
    """Return what a host would answer, and how that sounds as a WAV file (nothing for no sound). Blocks.

    Raise `PreviewRefused` when this user or this process has enough to do.
    """
    return run_preview(user, lambda: async_to_sync(_answer)(scene, line, True, seed), purpose="rehearsing")


def rehearse_each(
    *, scenes: Sequence[tuple[Scene, int]], line: ViewerLine, user: User
) -> list[tuple[Scene, Answer]]:
    """Return what the hosts of several scenes, each with its seed, would answer. Counts as one rehearsal."""

    def answer_all() -> list[tuple[Scene, Answer]]:
        return [(scene, async_to_sync(_answer)(scene, line, False, seed)[0]) for scene, seed in scenes]

    return run_preview(user, answer_all, purpose="rehearsing") if scenes else []


def voice_text(*, scene: Scene, text: str, user: User) -> bytes:
    """Return how a text of the host's sounds; nothing when the voice fails. Blocks, and refuses, likewise."""
    return run_preview(user, lambda: async_to_sync(_voice)(scene, text), purpose="hearing")


async def _answer(scene: Scene, line: ViewerLine, aloud: bool, seed: int) -> tuple[Answer, bytes]:
    async with AsyncExitStack() as stack:
        redis = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
        stack.push_async_callback(redis.aclose)
        cap = _cap(redis, scene)
        models = open_models(stack)
        model = FallbackModel(models, cap=cap) if models else None
        voice = await open_lineup(stack, scene.lineup) if aloud else None
        answering = Answering(
            gate=scene.gate,
            words=Planner(model, scene.character, show=scene.facts, seed=seed),
            voice=voice,
            language=scene.language,
        )
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                await answering.run(line)
        except TimeoutError:
            answering.answer.result = Result.LATE
        if aloud and voice is None:
            answering.answer.fault = answering.answer.fault or "speech"
        if model is not None:
            await cap.allows()  # counts what this line has cost
        return answering.answer, wav_of(answering.chunks)


def _cap(redis: Redis, scene: Scene) -> RedisSpendCap:
    """Rehearsing counts against the month, also the tenant's; no live pays for it."""
    return RedisSpendCap(
        redis,
        scene.spender,
        tenant_id=scene.spender,
        live_usd=0.0,
        month_usd=settings.LLM_SPEND_CAP_MONTH_USD,
        tenant_month_usd=settings.LLM_SPEND_CAP_TENANT_MONTH_USD,
    )


async def _voice(scene: Scene, text: str) -> bytes:
    chunks: list[AudioChunk] = []
    async with AsyncExitStack() as stack:
        speaker = await open_lineup(stack, scene.lineup)
        if speaker is None:
            return b""
        try:
            async with asyncio.timeout(TIME_LIMIT_S), aclosing(speaker.speak(text)) as spoken:
                chunks.extend([chunk async for chunk in spoken])
        except (SpeechError, TimeoutError):
            return b""
    return wav_of(chunks)
