import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import espeakng_loader
import pytest

from speech.errors import SpeechError
from speech.providers.embedded import helper_process
from speech.providers.espeak import PROGRAM, EspeakSynthesizer
from speech.stage.ports import VoiceSpec
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.speech.listening import first_of, heard, pcm_of, same_words

pytestmark = pytest.mark.processes

ITALIAN = VoiceSpec("f3", "it")
LONG = "Questa è una riga molto lunga che viene tagliata a metà. " * 18

OWNER = """
import asyncio
import json
from speech.providers.espeak import EspeakSynthesizer

async def own():
    synthesizer = EspeakSynthesizer(pool_size=1)
    await synthesizer.warm_up()
    print(synthesizer.helper_pids[0], flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""


async def fresh(text: str) -> bytes:
    """What a helper that has said nothing before makes of the text."""
    synthesizer = EspeakSynthesizer(pool_size=1)
    try:
        return pcm_of(await heard(synthesizer.synthesize(text, ITALIAN)))
    finally:
        await synthesizer.aclose()


async def test_after_a_cut_line_the_next_one_has_nothing_of_it(espeak: EspeakSynthesizer) -> None:
    expected = await fresh("Ciao a tutti!")
    await espeak.warm_up()
    pids = espeak.helper_pids
    for _ in range(5):
        await first_of(espeak.synthesize(LONG, ITALIAN))
        assert same_words(pcm_of(await heard(espeak.synthesize("Ciao a tutti!", ITALIAN))), expected)
    assert espeak.helper_pids == pids


async def test_a_line_cut_before_its_first_sound_leaves_nothing_behind(espeak: EspeakSynthesizer) -> None:
    expected = await fresh("Ciao a tutti!")
    await espeak.warm_up()
    os.kill(espeak.helper_pids[0], signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await heard(espeak.synthesize(LONG, ITALIAN))
    os.kill(espeak.helper_pids[0], signal.SIGCONT)
    assert same_words(pcm_of(await heard(espeak.synthesize("Ciao a tutti!", ITALIAN))), expected)


async def test_a_line_taken_slowly_does_not_keep_the_next_one_waiting(espeak: EspeakSynthesizer) -> None:
    async with aclosing(espeak.synthesize(LONG, ITALIAN)) as slow:
        beginning = await anext(slow)
        quick = await heard(espeak.synthesize("Ciao a tutti!", ITALIAN))
        rest = [chunk async for chunk in slow]
    assert same_words(pcm_of(quick), await fresh("Ciao a tutti!"))
    assert same_words(pcm_of([beginning, *rest]), await fresh(LONG))


async def test_many_lines_at_once_share_the_pool_and_each_gets_its_own_words() -> None:
    synthesizer = EspeakSynthesizer(pool_size=2)
    texts = [f"Grazie viewer numero {number}" for number in range(20)]
    lines = await asyncio.gather(*(heard(synthesizer.synthesize(text, ITALIAN)) for text in texts))
    one_by_one = [await heard(synthesizer.synthesize(text, ITALIAN)) for text in texts]
    assert all(same_words(pcm_of(one), pcm_of(other)) for one, other in zip(lines, one_by_one, strict=True))
    await synthesizer.aclose()


async def test_a_killed_helper_fails_its_line_and_the_next_line_has_a_new_one(
    espeak: EspeakSynthesizer,
) -> None:
    await espeak.warm_up()
    (pid,) = espeak.helper_pids
    os.kill(pid, signal.SIGSTOP)
    async with aclosing(espeak.synthesize(LONG, ITALIAN)) as line:
        waiting = asyncio.gather(anext(line), kill_when_running(pid), return_exceptions=True)
        fault, _ = await waiting
    assert isinstance(fault, SpeechError)
    assert not fault.permanent
    assert same_words(pcm_of(await heard(espeak.synthesize("Ciao!", ITALIAN))), await fresh("Ciao!"))
    assert espeak.helper_pids != [pid]


async def kill_when_running(pid: int) -> None:
    """Runs after whoever was gathered before it has come to wait."""
    os.kill(pid, signal.SIGKILL)


async def test_a_helper_killed_between_lines_is_replaced_unnoticed(espeak: EspeakSynthesizer) -> None:
    await espeak.warm_up()
    (pid,) = espeak.helper_pids
    ended = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(ended, gone.set)
    await gone.wait()
    asyncio.get_running_loop().remove_reader(ended)
    os.close(ended)
    try:
        audio = await heard(espeak.synthesize("Ciao!", ITALIAN))
    except SpeechError:
        # Its end had not been noticed yet: that line is lost, the next one is not.
        audio = await heard(espeak.synthesize("Ciao!", ITALIAN))
    assert same_words(pcm_of(audio), await fresh("Ciao!"))


async def test_a_stuck_helper_is_killed_at_the_deadline_and_replaced() -> None:
    synthesizer = EspeakSynthesizer(pool_size=1, deadline_s=0.3)
    await synthesizer.warm_up()
    (pid,) = synthesizer.helper_pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(SpeechError) as fault:
        await heard(synthesizer.synthesize("Ciao!", ITALIAN))
    assert not fault.value.permanent
    assert await heard(synthesizer.synthesize("Ciao!", ITALIAN))
    assert synthesizer.helper_pids != [pid]
    await synthesizer.aclose()


async def test_a_helper_that_cannot_start_is_a_speech_error_and_no_end_of_the_voice(
    espeak: EspeakSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(SpeechError):
            await heard(espeak.synthesize("Ciao!", ITALIAN))
    with monkeypatch.context() as broken:
        broken.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/library")
        with pytest.raises(SpeechError):
            await heard(espeak.synthesize("Ciao!", ITALIAN))
    assert await heard(espeak.synthesize("Ciao!", ITALIAN))


async def test_closing_ends_the_helpers_and_speaks_no_more() -> None:
    synthesizer = EspeakSynthesizer(pool_size=2)
    await synthesizer.warm_up()
    ends = [os.pidfd_open(pid) for pid in synthesizer.helper_pids]
    await synthesizer.aclose()
    assert len(ends) == len(select.select(ends, [], [], 0)[0]) == 2
    for end in ends:
        os.close(end)
    with pytest.raises(SpeechError):
        await heard(synthesizer.synthesize("Ciao!", ITALIAN))


def test_helpers_end_with_an_owner_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as owner:
        assert owner.stdout is not None
        helper = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
    poll = select.poll()
    poll.register(helper, select.POLLIN)
    assert poll.poll(PATIENCE_MS)
    os.close(helper)


def test_a_helper_ends_with_its_stdin_even_when_nobody_reads_what_it_says() -> None:
    request = helper_process.Request(id=1, texts=[LONG], voices=["it"], speed=165, pitch=50)
    message = json.dumps(request).encode()
    with subprocess.Popen(PROGRAM.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as helper:
        assert helper.stdin is not None
        helper.stdin.write(helper_process.REQUEST_HEAD.pack(len(message)) + message)
        helper.stdin.close()
        assert helper.wait(PATIENCE_S) == 0
