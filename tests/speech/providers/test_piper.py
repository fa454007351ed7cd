import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.piper import PiperSynthesizer, piper_voices
from speech.stage.ports import VoiceSpec
from tests.fakes.piper import COMMAND, RATE_HZ, make_voice
from tests.speech.listening import duration_s, heard

pytestmark = pytest.mark.processes

PAOLA = VoiceSpec("it_IT-paola-medium", "it")
TEXT = "Benvenuti nella diretta"


@pytest_asyncio.fixture
async def piper(tmp_path: Path) -> AsyncGenerator[PiperSynthesizer, None]:
    for name in (PAOLA.voice_id, "hangs", "fails", "breaks", "babbles"):
        make_voice(tmp_path, name)
    synthesizer = PiperSynthesizer(command=COMMAND, voices_dir=str(tmp_path), timeout_s=5)
    yield synthesizer
    await synthesizer.aclose()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_line_is_spoken_at_the_rate_of_its_voice(piper: PiperSynthesizer) -> None:
    chunks = await heard(piper.synthesize(TEXT, PAOLA))
    assert {chunk.sample_rate_hz for chunk in chunks} == {RATE_HZ}
    assert duration_s(chunks) == pytest.approx(len(TEXT) * 0.05)


async def test_a_faster_voice_is_shorter_and_held_to_twice_its_speed(piper: PiperSynthesizer) -> None:
    chunks = await heard(piper.synthesize(TEXT, VoiceSpec(PAOLA.voice_id, "it", speed=9.0)))
    assert duration_s(chunks) == pytest.approx(len(TEXT) * 0.025, abs=0.01)


async def test_the_next_line_finds_a_program_that_waits_for_it(piper: PiperSynthesizer) -> None:
    await heard(piper.synthesize(TEXT, PAOLA))
    (warm,) = piper.spare_pids
    async with aclosing(piper.synthesize(TEXT, PAOLA)) as chunks:
        await anext(chunks)
        assert piper.spare_pids == []
        assert is_running(warm)
    assert not is_running(warm), "a cut line's program is killed"


async def test_two_lines_at_once_are_both_spoken(piper: PiperSynthesizer) -> None:
    lines = await asyncio.gather(*(heard(piper.synthesize(TEXT, PAOLA)) for _ in range(2)))
    assert duration_s(lines[0]) == duration_s(lines[1])
    assert len(piper.spare_pids) == 1


async def test_a_line_never_becomes_two_nor_an_option(piper: PiperSynthesizer, tmp_path: Path) -> None:
    await heard(piper.synthesize("--help\nuno\rdue", PAOLA))
    assert (tmp_path / f"{PAOLA.voice_id}.said").read_text() == "--help uno due\n"


async def test_a_program_that_says_nothing_is_given_up_on_and_killed(tmp_path: Path) -> None:
    make_voice(tmp_path, "hangs")
    piper = PiperSynthesizer(command=COMMAND, voices_dir=str(tmp_path), timeout_s=0.3)
    with pytest.raises(SpeechError) as fault:
        await heard(piper.synthesize(TEXT, VoiceSpec("hangs", "it")))
    assert not fault.value.permanent
    await piper.aclose()


@pytest.mark.parametrize("name", ["fails", "breaks"])
async def test_a_program_that_fails_is_a_passing_fault(piper: PiperSynthesizer, name: str) -> None:
    with pytest.raises(SpeechError) as fault:
        await heard(piper.synthesize(TEXT, VoiceSpec(name, "it")))
    assert not fault.value.permanent


async def test_a_program_that_never_ends_is_cut_off(
    piper: PiperSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("speech.providers.piper.MAX_LINE_S", 3)
    assert duration_s(await heard(piper.synthesize(TEXT, VoiceSpec("babbles", "it")))) == pytest.approx(3)


async def test_a_cancelled_wait_is_a_cancellation(piper: PiperSynthesizer) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await heard(piper.synthesize(TEXT, VoiceSpec("hangs", "it")))


@pytest.mark.parametrize("voice_id", ["", "nobody", "../../etc/passwd", ".hidden", "a/b"])
async def test_a_voice_that_is_no_file_of_the_folder_is_refused(
    piper: PiperSynthesizer, voice_id: str
) -> None:
    with pytest.raises(SpeechError) as fault:
        await heard(piper.synthesize(TEXT, VoiceSpec(voice_id, "it")))
    assert fault.value.permanent


@pytest.mark.parametrize("command", ["", "/no/such/program"])
async def test_a_program_that_is_not_there_is_a_permanent_fault(tmp_path: Path, command: str) -> None:
    make_voice(tmp_path, "it_IT-x")
    piper = PiperSynthesizer(command=command, voices_dir=str(tmp_path))
    with pytest.raises(SpeechError) as fault:
        await heard(piper.synthesize(TEXT, VoiceSpec("it_IT-x", "it")))
    assert fault.value.permanent


def test_the_voices_of_a_folder_are_found_and_broken_ones_left_out(tmp_path: Path) -> None:
    make_voice(tmp_path, "it_IT-paola-medium")
    make_voice(tmp_path, "en_US-amy-low", "en")
    (tmp_path / "half.onnx").touch()
    (tmp_path / "wrong.onnx").touch()
    (tmp_path / "wrong.onnx.json").write_text("[]")
    assert [(voice.voice_id, voice.language) for voice in piper_voices(str(tmp_path))] == [
        ("en_US-amy-low", "en"),
        ("it_IT-paola-medium", "it"),
    ]
    assert piper_voices("") == piper_voices("/no/such/folder") == []
