"""Lines that were paid for once: what is kept, what is not, and how they come back."""

import asyncio

from providers.breaker import CircuitBreaker
from speech.errors import SpeechError, StoreError
from speech.stage.audio import AudioChunk
from speech.stage.cache import MOST_BYTES, AudioCache, CachedVoice, ClipOffer
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.clauses import split_for_voice
from speech.stage.level import Level
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import Loudness
from speech.stage.speaker import Speaker
from tests.fakes.synthesizer import FakeSynthesizer
from tests.speech.listening import heard, pcm_of

VOICE = VoiceSpec("any", "it")
LINE = "Benvenuti nella diretta di questa sera, amici miei carissimi"


class FakeStore:
    """An object store in memory. `reads` counts what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.said: set[str] = set()
        self.reads = 0
        self.broken = False

    async def get(self, name: str) -> bytes | None:
        self.reads += 1
        return self.files.get(name)

    async def put(self, name: str, audio: bytes) -> None:
        if self.broken:
            raise StoreError("full")
        self.files[name] = audio

    async def was_said(self, name: str) -> bool:
        known = name in self.said
        self.said.add(name)
        return known


def level() -> Level:
    return Level(Loudness(-9.9, 600.0))


class Host:
    """A chain of one voice, with a cache over a store."""

    def __init__(
        self, store: FakeStore, *, tenant: str = "t1", told: str = "v1", at: Level | None = None
    ) -> None:
        self.synthesizer = FakeSynthesizer()
        self.cache = AudioCache(store)
        self.cache.add_stored(store.files)
        self.breaker = CircuitBreaker()
        self.speaker = Speaker(
            self.synthesizer,
            VOICE,
            level=at or level(),
            splits=True,
            cached_voice=CachedVoice(self.cache, tenant=tenant, key_parts=[told]),
        )
        self.chain = VoiceChain([NamedVoice("only", self.speaker, self.breaker)])

    async def say(self, line: str = LINE, *, recurs: bool = False) -> list[AudioChunk]:
        chunks = await heard(self.chain.speak(line, recurs=recurs))
        await self.cache.store_offered()
        return chunks


async def test_a_line_that_recurs_is_paid_for_once_and_sounds_the_same_again() -> None:
    store = FakeStore()
    host = Host(store)
    first = await host.say(recurs=True)
    again = await host.say(recurs=True)
    assert len(host.synthesizer.lines) == 1
    assert pcm_of(again) == pcm_of(first)
    assert {chunk.voice for chunk in again} == {"only"}
    assert again[0].duration_s == 0.04
    assert max(chunk.duration_s for chunk in again) <= 0.2
    assert store.reads == 0


async def test_another_worker_finds_what_was_kept() -> None:
    store = FakeStore()
    first = await Host(store).say(recurs=True)
    other = Host(store)
    assert pcm_of(await other.say()) == pcm_of(first)
    assert other.synthesizer.lines == []


async def test_a_line_nobody_expects_to_hear_again_is_kept_when_it_is_said_twice() -> None:
    store = FakeStore()
    host = Host(store)
    await host.say()
    assert store.files == {}
    await host.say()
    assert len(store.files) == 1
    await host.say()
    assert len(host.synthesizer.lines) == 2


async def test_a_new_line_is_not_looked_for_in_the_store() -> None:
    store = FakeStore()
    await Host(store).say()
    assert store.reads == 0


async def test_workspaces_voices_and_gains_share_no_lines() -> None:
    store = FakeStore()
    await Host(store).say(recurs=True)
    quieter = Level(Loudness(-12.0, 600.0))
    for other in (Host(store, tenant="t2"), Host(store, told="v2"), Host(store, at=quieter)):
        await other.say()
        assert len(other.synthesizer.lines) == 1
    assert [name.partition("/")[0] for name in store.files] == ["t1"]


async def test_the_first_lines_of_a_voice_whose_loudness_nobody_knows_are_not_kept() -> None:
    store = FakeStore()
    await Host(store, at=Level()).say(recurs=True)
    assert store.files == {}


async def test_a_line_that_broke_off_or_was_cut_is_not_kept() -> None:
    store = FakeStore()
    host = Host(store)
    host.synthesizer._error, host.synthesizer._fail_after = SpeechError("gone"), 3
    await host.say(recurs=True)
    host.synthesizer._error = None
    stream = host.chain.speak(LINE, recurs=True)
    await anext(stream)
    await stream.aclose()
    await host.cache.store_offered()
    assert store.files == {}


async def test_a_kept_line_is_said_though_no_voice_works_and_no_breaker_hears_of_it() -> None:
    store = FakeStore()
    await Host(store).say(recurs=True)
    host = Host(store)
    host.breaker.failed(permanent=True)
    assert await host.say()
    assert host.breaker.is_open


async def test_a_line_that_lies_there_whole_is_not_cut_into_pieces() -> None:
    store = FakeStore()
    host = Host(store)
    assert len(await host.chain.pieces_of(LINE)) == 2
    await host.say(recurs=True)
    assert await host.chain.pieces_of(LINE) == [LINE]


async def test_a_line_need_not_be_asked_for_when_it_lies_there_whole_or_in_all_its_pieces() -> None:
    for said in ([LINE], split_for_voice(LINE)):
        host = Host(FakeStore())
        for text in said:
            assert not host.speaker.is_cached(LINE)
            await host.say(text, recurs=True)
        assert host.speaker.is_cached(LINE)
    assert Host(FakeStore()).speaker.is_cached("🌹")  # there is nothing to say


async def test_a_file_that_is_gone_or_no_audio_is_spoken_anew() -> None:
    for left in (None, b"", b"abc", b"\0\0]\xc0\0"):
        store = FakeStore()
        await Host(store).say(recurs=True)
        [name] = store.files
        host = Host(store)
        del store.files[name]
        if left is not None:
            store.files[name] = left
        assert await host.say()
        assert len(host.synthesizer.lines) == 1


async def test_a_line_that_is_gone_from_the_store_is_kept_again_when_it_recurs() -> None:
    store = FakeStore()
    await Host(store).say(recurs=True)
    host = Host(store)
    kept = dict(store.files)
    store.files.clear()
    await host.say(recurs=True)
    assert store.files == kept
    await host.say(recurs=True)
    assert len(host.synthesizer.lines) == 1


async def test_memory_holds_no_more_than_it_may_and_lets_the_longest_unused_go() -> None:
    store = FakeStore()
    cache = AudioCache(store, memory_bytes=250)
    for name in ("t/a", "t/b"):
        cache.offer(ClipOffer(name, bytes(100), recurs=True))
    await cache.store_offered()
    await cache.get("t/a")
    cache.offer(ClipOffer("t/c", bytes(100), recurs=True))
    await cache.store_offered()
    assert store.reads == 0
    for name in ("t/a", "t/c"):
        await cache.get(name)
    assert store.reads == 0
    await cache.get("t/b")
    assert store.reads == 1
    assert cache.used == {"t/a", "t/b", "t/c"}


async def test_a_long_line_and_one_more_than_can_wait_are_not_kept() -> None:
    store = FakeStore()
    cache = AudioCache(store)
    cache.offer(ClipOffer("t/long", bytes(MOST_BYTES + 1), recurs=True))
    for number in range(100):
        cache.offer(ClipOffer(f"t/{number}", b"x", recurs=True))
    await cache.store_offered()
    assert len(store.files) == 32


async def test_a_store_that_fails_keeps_nobody_from_speaking() -> None:
    store = FakeStore()
    store.broken = True
    host = Host(store)
    keeping = asyncio.ensure_future(host.cache.store_forever())
    try:
        for _ in range(3):
            assert await heard(host.chain.speak(LINE, recurs=True))
            await asyncio.sleep(0)
    finally:
        keeping.cancel()
