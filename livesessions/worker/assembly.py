"""Builds the parts of a live from a session's rows; the only module that knows both."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from redis.asyncio import Redis

from billing.caps import SpendCaps
from billing.configured import configured_prices, configured_spend_caps
from billing.ledger.writing import ThreadWriter
from billing.metered_models import MeteredChatModel
from billing.plans.catalogue import Meter
from billing.usage import SpendCap, Subject
from chatsources.inbound_events import InboundEventSource
from chatsources.port import ChatSource
from chatsources.reconnecting import ReconnectingSource
from chatsources.replay import open_replay
from chatsources.simulator.source import SimulatorSource
from encoder.looping.library import LoopLibrary
from knowledge.live import KnowledgeRetriever
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.ports import (
    AudioSink,
    ClaimReply,
    Gate,
    Observer,
    Screen,
    Voice,
    VoiceIn,
    no_claim,
)
from livesessions.pipeline.rules import ReplaceableGate, Rules
from livesessions.pipeline.selection.rates import Rates
from livesessions.services.tiktok import open_tiktok
from livesessions.shows.show_plan_factory import build_games, build_rundown, load_plan, thanks_group_sizes
from livesessions.worker.observer import ConsoleBatcher, LiveObserver
from livesessions.worker.recorder.backpressure import BackpressureSource
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.reply_audio import ReplyAudioSink, ReplyAudioStore
from livesessions.worker.sign_budget import RedisSignBudget
from moderation.defaults import shipped_lexicon
from moderation.metering import MeteredModelGate
from moderation.models import Policy
from moderation.providers.openai_moderation import OpenAIModeration
from moderation.querysets import viewer_roles_of
from moderation.stage.guarded_gate import GuardedModelGate
from moderation.stage.moderator import Moderator
from moderation.stage.viewer_roles import ViewerRoles
from moderation.viewer_hashes import viewer_hash_of
from overlay.publisher import OverlayPublisher
from planner.models import Persona
from planner.stage.documents.port import Retriever
from planner.stage.planner import Planner
from planner.stage.serious.topics import load_patterns
from planner.stage.spoken_answer import SpokenAnswerCheck
from planner.stage.turn import Character, ReplyLanguage, ShowFacts
from providers.breaker import CircuitBreaker
from providers.language_models.fallback import FallbackChatModel, NamedModel
from providers.language_models.ports import ChatModel
from providers.model_settings import open_chat_models, open_openai_server
from providers.redis import async_redis, waiting_redis
from speech.runtime.language_voices import LanguageVoices
from speech.runtime.synthesizers import open_synthesizers
from speech.runtime.voice_pool import VoicePool
from speech.services.voice_resolution import resolve_voices
from speech.stage.sound.sound_thread import SoundThread
from speech.stage.text_normalization.grammar import load_grammars
from speech.stage.text_normalization.vocabulary import LANGUAGES
from speech.storage import AudioObjectStore


@dataclass(frozen=True, slots=True)
class ModerationModel:
    """The moderation model and its circuit breaker, shared by all lives."""

    gate: OpenAIModeration
    breaker: CircuitBreaker

    def gate_within(self, cap: SpendCap) -> GuardedModelGate:
        """Return the gate of one live, which reports to the live's spend cap."""
        metered = MeteredModelGate(self.gate, cap, provider=self.gate.provider, model=self.gate.model)
        return GuardedModelGate(metered, self.breaker)


@dataclass(frozen=True, slots=True)
class Resources:
    """What all lives of a worker share: connections, providers, the recorder and the console batcher."""

    redis: Redis
    waiting_redis: Redis  # for subscriptions and blocking reads
    recorder: Recorder
    console_batcher: ConsoleBatcher
    models: tuple[NamedModel, ...]  # empty: the host says canned replies only
    voices: VoicePool
    spend_caps: SpendCaps
    reply_audio: ReplyAudioStore
    moderation: ModerationModel | None = None  # None: the rules alone decide
    loops: LoopLibrary = field(default_factory=LoopLibrary)

    def failing_services(self) -> list[str]:
        """Return the names of the installation's services whose circuit breaker is open."""
        models = [each.name for each in self.models if each.breaker.is_open]
        moderation = self.moderation is not None and self.moderation.breaker.is_open
        return [*models, *self.voices.failing_providers(), *(["moderation"] if moderation else [])]

    def model_gate_of(self, subject: Subject) -> GuardedModelGate | None:
        """Return the moderation model for a live, within its spend cap."""
        return self.moderation.gate_within(self.spend_caps.cap_of(subject)) if self.moderation else None


@asynccontextmanager
async def open_resources() -> AsyncIterator[Resources]:
    """Open what the lives of this worker share, and close it at the end."""
    async with AsyncExitStack() as stack:
        ledger_writer = ThreadWriter()
        stack.push_async_callback(ledger_writer.close)
        caps = configured_spend_caps(ledger_writer)
        clips = AudioObjectStore()
        stack.callback(clips.close)
        reply_audio = ReplyAudioStore()
        stack.callback(reply_audio.close)
        sound_thread = SoundThread()
        stack.callback(sound_thread.close)
        load_grammars(LANGUAGES)
        load_patterns()
        yield Resources(
            redis=async_redis(),
            waiting_redis=waiting_redis(),
            recorder=Recorder(),
            console_batcher=ConsoleBatcher(),
            models=open_chat_models(stack),
            voices=VoicePool(
                await open_synthesizers(stack),
                store=clips,
                cap=caps.cap_of(Subject()),
                sound_thread=sound_thread,
            ),
            spend_caps=caps,
            reply_audio=reply_audio,
            moderation=open_moderation_model(stack),
        )


def open_moderation_model(stack: AsyncExitStack) -> ModerationModel | None:
    """Open the model that reviews what the rules allow; None when none is configured."""
    server = open_openai_server(stack, "The moderation model") if settings.OPENAI_MODERATION_MODEL else None
    if server is None:
        return None
    return ModerationModel(OpenAIModeration(server, settings.OPENAI_MODERATION_MODEL), CircuitBreaker())


@dataclass(frozen=True, slots=True)
class LiveEnvironment:
    """The parts of a live that depend on where it runs; all others follow from the show.

    `now` is the live's clock, the only one that its parts read: a rehearsal runs on a virtual clock.
    """

    source: ChatSource
    model: ChatModel | None
    voice: Voice
    sinks: Sequence[AudioSink]
    screen: Screen
    observer: Observer
    now: Callable[[], datetime]
    seed: int
    muted: bool = False
    model_gate: GuardedModelGate | None = None
    further_sources: Sequence[ChatSource] = ()
    claim_reply: ClaimReply = no_claim
    voice_in: VoiceIn | None = None
    retriever: Retriever | None = None


def assemble(session: LiveSession, resources: Resources) -> LiveParts:
    """Return the parts of a session's live. The session's show and its settings must be loaded."""
    show = session.show
    resources.voices.load_clip_index(show.tenant_id)
    lineup = resolve_voices(show.voice)
    subject = subject_of(session)
    voices = LanguageVoices(
        resources.voices, lineup, resources.spend_caps.cap_of(subject, Meter.VOICE_CHARACTERS)
    )
    publisher = OverlayPublisher(show.overlay_id, redis=resources.redis, lease=session.lease_number)
    observer = LiveObserver(
        session,
        voice=lineup.options[0].name,
        recorder=resources.recorder,
        console_batcher=resources.console_batcher,
        hash_key=settings.VIEWER_HASH_KEY,
    )
    chats = open_chats(session, resources.waiting_redis)
    kept = [ReplyAudioSink(session, resources.reply_audio)] if show.keeps_audio else []
    own, *further = [BackpressureSource(chat, resources.recorder) for chat in chats]
    environment = LiveEnvironment(
        source=own,
        further_sources=further,
        model=build_model(resources.models, resources.spend_caps.cap_of(subject, Meter.TOKENS)),
        model_gate=resources.model_gate_of(subject),
        voice=voices.own,
        voice_in=voices,
        sinks=[publisher, *kept],
        screen=publisher,
        observer=observer,
        now=lambda: datetime.now(UTC),
        seed=session.id.int,
        muted=session.muted,
        claim_reply=observer.claim_reply,
        retriever=KnowledgeRetriever(show.tenant_id),
    )
    return parts_of(show, environment)


def parts_of(show: Show, environment: LiveEnvironment) -> LiveParts:
    """Return the parts of a live of a show in an environment. The show's settings must be loaded. Blocks."""
    gate = ReplaceableGate(build_moderator(show.policy))
    rules = rules_of(show, gate, environment.model_gate)
    plan = load_plan(show)
    planner = Planner(
        environment.model,
        build_character(show.persona),
        show=ShowFacts(show.name, show.facts, show.handle, show.tenant.time_zone),
        seed=environment.seed,
        now_s=lambda: environment.now().timestamp(),
        big_gift_diamonds=show.big_gift_diamonds,
        prices=configured_prices(),
        retriever=environment.retriever,
    )
    rundown = build_rundown(show, plan, seed=environment.seed, is_repeat=planner.repeats)
    return LiveParts(
        source=environment.source,
        further_sources=environment.further_sources,
        gate=gate,
        planner=planner,
        voice=environment.voice,
        sinks=environment.sinks,
        screen=environment.screen,
        observer=environment.observer,
        claim_reply=environment.claim_reply,
        voice_in=environment.voice_in,
        language=show.language,
        muted=environment.muted,
        now=environment.now,
        rates=rules.rates,
        cues=[rundown],
        games=build_games(show, rundown, plan, gate, seed=environment.seed),
        host_name=show.persona.name,
        segment_text=lambda: rundown.segment_text(environment.now().timestamp()),
        holds_replies=rules.holds_replies,
        model_gate=rules.model_gate,
        viewer_roles=ViewerRoles(viewer_roles_of(show.tenant_id), partial(viewer_hash_of, show.tenant_id)),
        per_thanks=thanks_group_sizes(show),
    )


def build_model(models: Sequence[NamedModel], cap: SpendCap) -> ChatModel | None:
    """Return the language model within a spend cap; None when no model is configured."""
    if not models:
        return None
    return MeteredChatModel(FallbackChatModel(models, check=SpokenAnswerCheck), cap)


def subject_of(session: LiveSession) -> Subject:
    """Return the subject to which a live's paid calls are charged."""
    return Subject(session.tenant_id, session.id)


def rules_of(show: Show, gate: Gate, model_gate: GuardedModelGate | None) -> Rules:
    """Return a show's rules with the given gate. The show's policy must be loaded."""
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
    """Return a session's main chat, then the additional ones."""
    inbound = InboundEventSource(redis, session.id)
    if session.source == LiveSession.Source.BRIDGE:
        return [inbound]
    return [open_source(session), inbound]


def open_source(session: LiveSession) -> ChatSource:
    """Return the main chat of a session that is not fed by inbound events alone."""
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
    return ReconnectingSource(
        open_tiktok(session.show.handle),
        budget=RedisSignBudget(
            per_minute=settings.SIGN_REQUESTS_PER_MINUTE,
            per_tenant_per_minute=settings.SIGN_REQUESTS_PER_TENANT_PER_MINUTE,
        ),
        tenant=str(session.tenant_id),
        label=str(session.id),
        awaits_live=session.show.mode == Show.Mode.MANAGED,
    )


def _on_air_for_s(session: LiveSession) -> float:
    """Return the seconds since a session started, so that a simulated chat continues on the next worker."""
    return max((datetime.now(UTC) - session.started_at).total_seconds(), 0.0) if session.started_at else 0.0
