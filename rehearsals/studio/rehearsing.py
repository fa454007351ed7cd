"""From rows and a line to an answer: opens what a live would use, for this one line, and closes it again."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import asdict, dataclass
from math import ceil
from threading import BoundedSemaphore
from typing import TypeVar
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from redis.asyncio import Redis

from livesessions.api import event_intake
from livesessions.errors import IntakeUnreachable
from livesessions.models.shows import Show
from livesessions.pipeline.ports import Gate, Voice
from livesessions.worker.assembly import build_character, build_moderator, open_models
from moderation.models import Policy
from moderation.services import get_default_policy
from planner.models import Persona
from planner.spending import RedisSpendCap
from planner.stage.fallback import FallbackModel
from planner.stage.planner import Planner
from planner.stage.turn import Character, ShowFacts
from rehearsals import errors
from rehearsals.studio.answer import Answer, Result
from rehearsals.studio.answering import Answering, ViewerLine
from rehearsals.studio.store import one_at_a_time
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import VoicePool, open_synthesizer
from speech.runtime.wav import wav_of
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.services.voices import get_default_voice
from speech.stage.audio import AudioChunk
from speech.stage.chain import VoiceChain
from tenants.models import User

T = TypeVar("T")

TIME_LIMIT_S = 25.0
LINES = event_intake.Allowance(rate_per_s=20 / 60, burst=20)  # of one user
# Each rehearsal holds a thread and a database connection of the web's process while it waits.
_seats = BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a persona is tried out: as plain values all that a live of a show would give its host."""

    spender: UUID
    character: Character
    policy: Policy
    gate: Gate
    facts: ShowFacts
    language: str
    cast: VoiceLineup

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
        cast=resolve_voices(_voice_for(persona, show, language)),
    )


def _voice_for(persona: Persona, show: Show | None, language: str) -> VoiceProfile:
    if show is not None and show.voice.language == language:
        return show.voice
    return get_default_voice(tenant=persona.tenant, language=language)


def rehearse(*, scene: Scene, line: ViewerLine, user: User, seed: int = 0) -> tuple[Answer, bytes]:
    """Return what a host would answer, and how that sounds as a WAV file (nothing for no sound). Blocks.

    Raise `StudioRefusal` when this user or this process has enough to do.
    """
    return in_turn(user, lambda: async_to_sync(_answer)(scene, line, True, seed))


def rehearse_each(
    *, scenes: Sequence[tuple[Scene, int]], line: ViewerLine, user: User
) -> list[tuple[Scene, Answer]]:
    """Return what the hosts of several scenes, each with its seed, would answer. Counts as one rehearsal."""

    def answer_all() -> list[tuple[Scene, Answer]]:
        return [(scene, async_to_sync(_answer)(scene, line, False, seed)[0]) for scene, seed in scenes]

    return in_turn(user, answer_all) if scenes else []


def voice_text(*, scene: Scene, text: str, user: User) -> bytes:
    """Return how a text of the host's sounds; nothing when the voice fails. Blocks, and refuses, likewise."""
    return in_turn(user, lambda: async_to_sync(_voice)(scene, text), doing="hearing")


def in_turn(user: User, work: Callable[[], T], *, doing: str = "rehearsing") -> T:
    """Do what takes a seat of this process; raise `StudioRefusal` when user or process have enough to do."""
    wait_s = _take_turn(user)
    if wait_s:
        raise errors.studio_too_often(ceil(wait_s))
    with one_at_a_time(user.id, doing) as is_free:
        if not is_free:
            raise errors.studio_busy()
        if not _seats.acquire(blocking=False):
            raise errors.studio_crowded()
        try:
            return work()
        finally:
            _seats.release()


def _take_turn(user: User) -> float:
    try:
        return event_intake.take(f"studio:{user.id}", LINES)
    except IntakeUnreachable as error:
        raise errors.studio_unreachable() from error


async def _answer(scene: Scene, line: ViewerLine, aloud: bool, seed: int) -> tuple[Answer, bytes]:
    async with AsyncExitStack() as stack:
        redis = Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS)
        stack.push_async_callback(redis.aclose)
        cap = _cap(redis, scene)
        models = open_models(stack)
        model = FallbackModel(models, cap=cap) if models else None
        voice = await _open_voice(stack, scene) if aloud else None
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
        speaker = await _open_voice(stack, scene)
        if speaker is None:
            return b""
        try:
            async with asyncio.timeout(TIME_LIMIT_S), aclosing(speaker.speak(text)) as spoken:
                chunks.extend([chunk async for chunk in spoken])
        except (SpeechError, TimeoutError):
            return b""
    return wav_of(chunks)


async def _open_voice(stack: AsyncExitStack, scene: Scene) -> Voice | None:
    """Open the voices that a live would speak in, one after the other if need be."""
    return await open_cast(stack, scene.cast)


async def open_cast(stack: AsyncExitStack, cast: VoiceLineup) -> VoiceChain | None:
    """Open what a cast speaks with; None when even the embedded voice cannot be opened."""
    providers = dict.fromkeys(place.provider for place in cast.places if place.own is None)
    own = TenantVoiceClients()
    stack.push_async_callback(own.aclose)
    try:
        shared = {each: await open_synthesizer(stack, each, pool_size=1) for each in providers}
    except SpeechError:
        return None
    return VoicePool(shared, own).chain_of(cast)
