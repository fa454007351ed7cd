"""What is recorded when a show is saved, its lives say for nothing."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django_scopes import scope, scopes_disabled

from billing.configured import configured_spend_caps
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.pipeline.live import Live, LiveParts
from livesessions.services.sessions import create_session
from livesessions.shows.services.plans import replace_plan
from livesessions.worker.assembly import LiveEnvironment, Resources, assemble, parts_of
from livesessions.worker.observer import ConsoleBatcher
from livesessions.worker.recorder.recorder import Recorder
from livesessions.worker.reply_audio import ReplyAudioStore
from planner.stage.lines import load_lines
from providers.redis import async_redis, waiting_redis
from rehearsals.rehearsal.virtual_clock import VirtualTimeLoop
from speech.errors import StoreError
from speech.runtime.voice_pool import VoicePool
from speech.services.voice_resolution import resolve_voices
from speech.services.voices import Provider
from speech.stage.cache import AudioStore
from speech.stage.clauses import split_for_voice
from tenants.threads import in_thread
from tests.fakes.ledger import FakeLedger
from tests.fakes.live import FakeObserver, FakeSink, FakeSource, gift
from tests.fakes.synthesizer import FakeSynthesizer
from tests.livesessions.shows.warming.tools import CALL, Voices, change, record, run_background_jobs, texts

pytestmark = pytest.mark.django_db(transaction=True)


class AtHand(AudioStore):
    """The store of the run, read without a thread: virtual time waits for none."""

    async def get(self, name: str) -> bytes | None:
        with storages["lines"].open(name) as file:
            audio: bytes = file.read()
        return audio

    async def put(self, name: str, audio: bytes) -> None:
        raise StoreError("A live on virtual time keeps nothing.")

    async def was_said(self, name: str) -> bool:
        return False


def test_what_was_recorded_a_live_says_for_nothing(
    show: Show, voices: Voices, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.stage.rundown.OPENING_WITHIN_S", 60.0)
    settings.AUDIO_CACHE_WARM_CHARACTERS = 4_000
    parts = (("opening", 60), ("closing", 120))
    with scope(tenant=show.tenant):
        replace_plan(
            show=show,
            plan=[
                {"kind": kind, "title": kind, "duration_s": duration_s, "talking_points": []}
                for kind, duration_s in parts
            ],
        )
    change(show, call_to_action_every_s=60)
    run_background_jobs()
    recorded = texts(show)

    asked, said = _live(show)
    ready = load_lines("planner.stage", "show_lines_it.toml")
    for lines in ([CALL], ready["opening"], ready["goodbye_begin"], ready["goodbye_end"]):
        assert set(said) & set(lines) & set(recorded)
    assert [text for text in said if "Gino" in text]
    assert asked
    assert set(asked).isdisjoint(piece for text in recorded for piece in (text, *split_for_voice(text)))


def _live(show: Show) -> tuple[list[str], list[str]]:
    """Run three minutes of a show, with a rose; return what its service was asked for, and what was said."""
    with scopes_disabled():
        return _play(Show.objects.select_related("voice", "persona", "policy").get(id=show.id))


def _play(show: Show) -> tuple[list[str], list[str]]:
    synthesizer, sink, loop = FakeSynthesizer(), FakeSink(), VirtualTimeLoop()
    rack = VoicePool({Provider.ELEVENLABS: synthesizer}, store=AtHand())  # type: ignore[arg-type]
    rack.load_clip_index(show.tenant_id)
    parts = parts_of(
        show,
        LiveEnvironment(
            source=FakeSource([(30.0, gift(1, source_id="g1", open_=False))], then_quiet_s=150.0),
            model=None,
            voice=rack.chain_of(resolve_voices(show.voice)),
            sinks=[sink],
            screen=sink,
            observer=FakeObserver(),
            now=lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=loop.time()),
            seed=7,
        ),
    )

    async def run() -> None:
        await Live(parts).run()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(run())
    captions = [value[0] for _, kind, value in sink.messages if kind == "caption"]
    return [text for text, _ in synthesizer.lines], [*sink.said(), *captions]


def test_a_worker_finds_it_when_it_takes_a_live(show: Show, voices: Voices) -> None:
    record(show)
    synthesizer = FakeSynthesizer()
    rack = VoicePool({Provider.ELEVENLABS: synthesizer}, store=AtHand())  # type: ignore[arg-type]

    async def say() -> bytes:
        caps = configured_spend_caps(FakeLedger())
        resources = Resources(
            async_redis(), waiting_redis(), Recorder(), ConsoleBatcher(), (), rack, caps, ReplyAudioStore()
        )
        parts = await in_thread(_assembled, show, resources)
        async with aclosing(parts.voice.speak(CALL)) as chunks:
            return b"".join([chunk.pcm async for chunk in chunks])

    assert asyncio.run(say())
    assert synthesizer.lines == []


def _assembled(show: Show, resources: Resources) -> LiveParts:
    session = create_session(show=show, source="simulator")
    return assemble(
        LiveSession.objects.select_related("show__voice", "show__persona", "show__policy").get(id=session.id),
        resources,
    )
