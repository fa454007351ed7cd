"""After a line's first chunk, mastering happens in one thread, in the order of when it is heard."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from speech.stage.chunker import FIRST_CHUNK_S
from speech.stage.level import Level
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import Loudness
from speech.stage.sound.mastering import HELD_BACK_S, Mastering
from speech.stage.sound.sound_thread import SoundThread
from speech.stage.speaker import Speaker
from tests.fakes.synthesizer import FakeSynthesizer
from tests.speech.listening import heard, pcm_of

VOICE = VoiceSpec("any", "it")
LINE = "Benvenuti nella diretta di questa sera"


@pytest.fixture
def sound_thread() -> Iterator[SoundThread]:
    thread = SoundThread()
    yield thread
    thread.close()


class HeldThread:
    """The sound thread, held by a function that waits; what is given meanwhile queues up."""

    def __init__(self, thread: SoundThread) -> None:
        self.done: list[str] = []
        self._thread = thread
        self._release = threading.Event()
        self._holding = asyncio.ensure_future(thread.run(self._release.wait, due_s=0.0))

    def give(self, name: str, due_s: float) -> "asyncio.Future[None]":
        return asyncio.ensure_future(self._thread.run(lambda: self.done.append(name), due_s=due_s))

    async def release(self, *given: "asyncio.Future[Any]") -> None:
        await asyncio.sleep(0)  # the given are queued
        self._release.set()
        await asyncio.gather(self._holding, *given, return_exceptions=True)


async def test_what_is_due_first_runs_first_and_equals_in_their_order(sound_thread: SoundThread) -> None:
    held = HeldThread(sound_thread)
    given = [held.give(name, due_s) for name, due_s in (("c", 9.0), ("a", 2.0), ("b", 9.0), ("d", 30.0))]
    await held.release(*given)
    assert held.done == ["a", "c", "b", "d"]


async def test_what_was_cancelled_before_its_turn_is_skipped(sound_thread: SoundThread) -> None:
    held = HeldThread(sound_thread)
    given = [held.give("cut", 1.0), held.give("said", 2.0)]
    await asyncio.sleep(0)
    given[0].cancel()
    await held.release(*given)
    assert held.done == ["said"]


async def test_an_error_is_raised_where_the_result_is_awaited_and_the_thread_goes_on(
    sound_thread: SoundThread,
) -> None:
    with pytest.raises(ZeroDivisionError):
        await sound_thread.run(lambda: 1 // 0, due_s=0.0)
    assert await sound_thread.run(lambda: 2, due_s=0.0) == 2


async def test_a_closed_thread_has_ended_and_starts_again_when_it_is_needed() -> None:
    thread = SoundThread()
    thread.close()
    first = await thread.run(threading.current_thread, due_s=0.0)
    thread.close()
    assert not first.is_alive()
    assert (await thread.run(threading.current_thread, due_s=0.0)).is_alive()
    thread.close()


@pytest.mark.parametrize("piece_bytes", [480, 4_801, 1_000_000])
async def test_a_line_sounds_the_same_in_the_thread_as_on_the_loop(
    sound_thread: SoundThread, piece_bytes: int
) -> None:
    said, levels = [], []
    for thread in (None, sound_thread):
        level = Level(Loudness(-23.0, 60.0))
        synthesizer = FakeSynthesizer(piece_bytes=piece_bytes, sample_rate_hz=22_050)
        speaker = Speaker(synthesizer, VOICE, level=level, sound_thread=thread)
        said.append(await heard(speaker.speak(LINE)))
        levels.append(level.known)
    assert [len(chunk.pcm) for chunk in said[0]] == [len(chunk.pcm) for chunk in said[1]]
    assert pcm_of(said[0]) == pcm_of(said[1])
    assert levels[0] == levels[1] != Loudness(-23.0, 60.0)


async def test_only_a_lines_first_chunk_is_mastered_on_the_event_loop(
    sound_thread: SoundThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = threading.current_thread().name
    seconds: dict[str, float] = {}
    measured: list[str] = []
    feed, loudness = Mastering.feed, Mastering.loudness

    def watched_feed(mastering: Mastering, pcm: bytes) -> bytes:
        thread = threading.current_thread().name
        seconds[thread] = seconds.get(thread, 0.0) + len(pcm) / 2 / 24_000
        return feed(mastering, pcm)

    def watched_loudness(mastering: Mastering) -> Loudness | None:
        measured.append(threading.current_thread().name)
        return loudness.fget(mastering)  # type: ignore[attr-defined,no-any-return]

    monkeypatch.setattr(Mastering, "feed", watched_feed)
    monkeypatch.setattr(Mastering, "loudness", property(watched_loudness))
    synthesizer = FakeSynthesizer()
    await heard(Speaker(synthesizer, VOICE, level=Level(), sound_thread=sound_thread).speak(LINE))
    assert measured == ["sound"]
    assert seconds.keys() == {here, "sound"}
    assert seconds[here] <= FIRST_CHUNK_S + 2 * HELD_BACK_S
    assert sum(seconds.values()) == pytest.approx(synthesizer.duration_of_s(LINE))


async def test_a_lines_chunks_are_due_when_they_are_heard(
    sound_thread: SoundThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    dues_s: list[float] = []
    run = sound_thread.run

    async def watched(work: object, *, due_s: float) -> object:
        dues_s.append(due_s)
        return await run(work, due_s=due_s)  # type: ignore[arg-type]

    monkeypatch.setattr(sound_thread, "run", watched)
    speaker = Speaker(FakeSynthesizer(), VOICE, level=Level(Loudness(-23.0, 60.0)), sound_thread=sound_thread)
    began_s = asyncio.get_running_loop().time()
    chunks = await heard(speaker.speak(LINE))
    heard_s = sum(chunk.duration_s for chunk in chunks)
    assert dues_s == sorted(dues_s)
    assert dues_s[0] >= began_s + FIRST_CHUNK_S
    assert dues_s[-1] - dues_s[0] == pytest.approx(heard_s - chunks[0].duration_s)


class SlowNormalizer:
    """Notes when it is asked, and is never instant."""

    def __init__(self, asked: list[str]) -> None:
        self._asked = asked

    def is_instant(self, text: str) -> bool:
        return False

    def normalize(self, text: str) -> str:
        self._asked.append("words")
        return text


async def test_the_words_of_a_new_line_are_prepared_before_the_audio_of_others(
    sound_thread: SoundThread,
) -> None:
    held = HeldThread(sound_thread)
    late = held.give("late audio", asyncio.get_running_loop().time() - 5.0)
    normalizer: Any = SlowNormalizer(held.done)
    speaker = Speaker(FakeSynthesizer(), VOICE, normalizer=normalizer, sound_thread=sound_thread)
    pieces = asyncio.ensure_future(speaker.pieces_of(LINE))
    await asyncio.sleep(0)
    await held.release(late, pieces)
    assert held.done[:2] == ["words", "late audio"]


async def test_a_cut_line_leaves_the_thread_to_the_others(sound_thread: SoundThread) -> None:
    speaker = Speaker(FakeSynthesizer(), VOICE, level=Level(), sound_thread=sound_thread)
    async with aclosing(speaker.speak(LINE)) as chunks:
        await anext(chunks)
    assert pcm_of(await heard(speaker.speak(LINE)))
