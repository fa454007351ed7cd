"""From a session's rows to the plain objects its live is made of; the only place that knows both."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from redis.asyncio import Redis

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.intake.viewer_roles import ViewerRoles
from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.ports import AudioSink, Gate, Observer, Screen, Voice
from livesessions.pipeline.reply.judging import WatchedGate
from livesessions.pipeline.rules import ChangingGate, Rules
from livesessions.pipeline.selection.rates import Rates
from livesessions.shows.show_plan_factory import build_games, build_rundown, per_thanks, plan_of
from livesessions.sources.event_intake import BridgeSource
from livesessions.sources.healing import HealingSource
from livesessions.sources.port import ChatSource
from livesessions.sources.replay import open_replay
from livesessions.sources.simulator.source import SimulatorSource
from livesessions.sources.tiktok import TikTokEndpoints, TikTokSource
from livesessions.worker.observer import ConsoleBoard, LiveObserver
from livesessions.worker.recorder.pacing import PacedSource
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.sign_budget import RedisSignBudget
from moderation.defaults import shipped_lexicon
from moderation.models import Policy
from moderation.providers.openai_moderation import OpenAIModeration
from moderation.querysets import standings_of
from moderation.stage.moderator import Moderator
from moderation.viewer_hashes import viewer_hash_of
from overlay.publisher import OverlayPublisher
from planner.models import Persona
from planner.providers.openai_chat import OpenAIChatModel
from planner.spending import RedisSpendCap
from planner.stage.fallback import FallbackModel, NamedModel
from planner.stage.planner import Planner
from planner.stage.ports import LanguageModel
from planner.stage.prices import price_of
from planner.stage.turn import Character, ReplyLanguage, ShowFacts
from providers.breaker import CircuitBreaker
from providers.redis import async_redis, waiting_redis
from speech.runtime.voice_pool import VoicePool, open_synthesizers
from speech.services.voice_resolution import resolve_voices
from speech.storage import AudioObjectStore


@dataclass(frozen=True, slots=True)
class Resources:
    """What all lives of a worker share: connections, providers, and who writes things down."""

    redis: Redis
    waiting_redis: Redis  # for subscriptions and blocking reads
    recorder: Recorder
    board: ConsoleBoard
    models: tuple[NamedModel, ...]  # none: the host says ready lines only
    voices: VoicePool
    model_gate: WatchedGate | None = None  # none: the rules alone decide


@asynccontextmanager
async def open_resources() -> AsyncIterator[Resources]:
    """Open what the lives of this worker share, and close it at the end."""
    async with AsyncExitStack() as stack:
        models = open_models(stack)
        lines = AudioObjectStore()
        stack.callback(lines.close)
        voices = VoicePool(await open_synthesizers(stack), store=lines)
        yield Resources(
            redis=async_redis(),
            waiting_redis=waiting_redis(),
            recorder=Recorder(),
            board=ConsoleBoard(),
            models=models,
            voices=voices,
            model_gate=open_model_gate(stack),
        )


def open_model_gate(stack: AsyncExitStack) -> WatchedGate | None:
    """Open the model that judges what the rules let pass; None where none is configured."""
    if not (settings.OPENAI_API_KEY and settings.OPENAI_MODERATION_MODEL):
        return None
    gate = OpenAIModeration(
        api_key=settings.OPENAI_API_KEY,
        base_url=settings.OPENAI_BASE_URL,
        model=settings.OPENAI_MODERATION_MODEL,
    )
    stack.push_async_callback(gate.aclose)
    return WatchedGate(gate, CircuitBreaker())


def open_models(stack: AsyncExitStack) -> tuple[NamedModel, ...]:
    """Open the models that write, in the order in which they are asked. All lives share their breakers."""
    names = [name.strip() for name in settings.OPENAI_MODEL.split(",") if name.strip()]
    models = []
    for name in names if settings.OPENAI_API_KEY else ():
        model = OpenAIChatModel(
            api_key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            model=name,
            timeout_s=settings.OPENAI_TIMEOUT_S,
        )
        stack.push_async_callback(model.aclose)
        models.append(NamedModel(name, model, CircuitBreaker(), price_of(name)))
    return tuple(models)


@dataclass(frozen=True, slots=True)
class LiveEnvironment:
    """What a live is made of that depends on where it runs; the rest follows from the show alone.

    `now` is the live's clock. Everything that reads the time reads it there, so that a rehearsal can run on a
    clock of its own.
    """

    source: ChatSource
    model: LanguageModel | None
    voice: Voice
    sinks: Sequence[AudioSink]
    screen: Screen
    observer: Observer
    now: Callable[[], datetime]
    seed: int
    muted: bool = False
    model_gate: WatchedGate | None = None
    further_sources: Sequence[ChatSource] = ()


def assemble(session: LiveSession, resources: Resources) -> LiveParts:
    """Return the parts of a session's live. The session's show and its settings must be loaded."""
    show = session.show
    resources.voices.load_clip_index(show.tenant_id)
    lineup = resolve_voices(show.voice)
    publisher = OverlayPublisher(show.overlay_id, redis=resources.redis)
    observer = LiveObserver(
        session,
        voice=lineup.options[0].name,
        recorder=resources.recorder,
        board=resources.board,
        hash_key=settings.VIEWER_HASH_KEY,
    )
    chats = open_chats(session, resources.waiting_redis)
    own, *further = [PacedSource(chat, resources.recorder) for chat in chats]
    surroundings = LiveEnvironment(
        source=own,
        further_sources=further,
        model=build_model(session, resources),
        model_gate=resources.model_gate,
        voice=resources.voices.chain_of(lineup),
        sinks=[publisher],
        screen=publisher,
        observer=observer,
        now=lambda: datetime.now(UTC),
        seed=session.id.int,
        muted=session.muted,
    )
    return parts_of(show, surroundings)


def parts_of(show: Show, around: LiveEnvironment) -> LiveParts:
    """Return the parts of a live of a show, wherever it runs. The show's settings must be loaded. Blocks."""
    gate = ChangingGate(build_moderator(show.policy))
    rules = rules_of(show, gate, around.model_gate)
    plan = plan_of(show)
    words = Planner(
        around.model,
        build_character(show.persona),
        show=ShowFacts(show.name, show.facts, show.handle),
        seed=around.seed,
        now_s=lambda: around.now().timestamp(),
        big_gift_diamonds=show.big_gift_diamonds,
    )
    rundown = build_rundown(show, plan, seed=around.seed, is_repeat=words.repeats)
    return LiveParts(
        source=around.source,
        further_sources=around.further_sources,
        gate=gate,
        words=words,
        voice=around.voice,
        sinks=around.sinks,
        screen=around.screen,
        observer=around.observer,
        language=show.language,
        muted=around.muted,
        now=around.now,
        rates=rules.rates,
        cues=[rundown],
        games=build_games(show, rundown, plan, gate, seed=around.seed),
        host_name=show.persona.name,
        segment_text=lambda: rundown.segment_text(around.now().timestamp()),
        holds_replies=rules.holds_replies,
        model_gate=rules.model_gate,
        standings=ViewerRoles(standings_of(show.tenant_id), partial(viewer_hash_of, show.tenant_id)),
        per_thanks=per_thanks(show),
    )


def build_model(session: LiveSession, resources: Resources) -> LanguageModel | None:
    """Return what writes a live's replies, within its means; None when only ready lines can be said."""
    if not resources.models:
        return None
    cap = RedisSpendCap(
        resources.redis,
        session.id,
        tenant_id=session.tenant_id,
        live_usd=settings.LLM_SPEND_CAP_LIVE_USD,
        month_usd=settings.LLM_SPEND_CAP_MONTH_USD,
        tenant_month_usd=settings.LLM_SPEND_CAP_TENANT_MONTH_USD,
    )
    return FallbackModel(resources.models, cap=cap)


def rules_of(show: Show, gate: Gate, model_gate: WatchedGate | None) -> Rules:
    """Return a show's rules beside the gate of its policy, which must be loaded."""
    policy = show.policy
    return Rules(gate, build_rates(show), show.holds_replies, model_gate if policy.asks_model else None)


def build_rates(show: Show) -> Rates:
    return Rates(
        cooldown_min_s=show.cooldown_min_s,
        cooldown_max_s=show.cooldown_max_s,
        answers_per_viewer=show.answers_per_viewer,
        answers_per_minute=show.answers_per_minute,
        thanks_per_minute=show.thanks_per_minute,
        small_gift_diamonds=show.small_gift_diamonds,
        big_gift_diamonds=show.big_gift_diamonds,
    )


def build_moderator(policy: Policy) -> Moderator:
    return Moderator(
        policy.blocklist,
        allowlist=policy.allowlist,
        shipped=shipped_lexicon(),
        safe_mode=policy.safe_mode,
    )


def build_character(persona: Persona) -> Character:
    return Character(
        persona.name,
        persona.system_prompt,
        persona.language,
        dict(persona.style),
        reply_language=ReplyLanguage(persona.reply_in),
        forbidden_topics=tuple(persona.forbidden_topics),
        sample_lines=tuple(persona.sample_lines),
    )


def open_chats(session: LiveSession, redis: Redis) -> list[ChatSource]:
    """Return the chat that a session reads of its own, then those that add to it."""
    posted = BridgeSource(redis, session.id)
    if session.source == LiveSession.Source.BRIDGE:
        return [posted]
    return [open_source(session), posted]


def open_source(session: LiveSession) -> ChatSource:
    """Return the chat that a session reads of its own."""
    options = session.source_options
    if session.source == LiveSession.Source.SIMULATOR:
        return SimulatorSource(
            language=session.show.language,
            rate_per_minute=options.get("rate_per_minute", 30.0),
            seed=options.get("seed", 0),
            run=session.id.hex[:8],
            elapsed_s=_on_air_for_s(session),
        )
    if session.source == LiveSession.Source.REPLAY:
        recording = Path(settings.RECORDINGS_DIR) / Path(options["recording"]).name
        return open_replay(recording, speed=options.get("speed", 1.0))
    endpoints = TikTokEndpoints(
        app_url=settings.TIKTOK_APP_URL,
        webcast_url=settings.TIKTOK_WEBCAST_URL,
        sign_url=settings.TIKTOK_SIGN_URL,
        sign_api_key=settings.TIKTOK_SIGN_API_KEY,
    )
    return HealingSource(
        TikTokSource(session.show.handle, endpoints=endpoints),
        budget=RedisSignBudget(
            per_minute=settings.SIGN_REQUESTS_PER_MINUTE,
            per_tenant_per_minute=settings.SIGN_REQUESTS_PER_TENANT_PER_MINUTE,
        ),
        tenant=str(session.tenant_id),
        label=str(session.id),
    )


def _on_air_for_s(session: LiveSession) -> float:
    """The simulated room goes on while its live changes workers."""
    return max((datetime.now(UTC) - session.started_at).total_seconds(), 0.0) if session.started_at else 0.0
