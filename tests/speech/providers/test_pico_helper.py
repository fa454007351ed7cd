import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from speech.errors import SpeechError
from speech.providers.embedded import helper_process
from speech.providers.embedded.helper import LineRequest
from speech.providers.embedded.pool import HelperPool
from speech.providers.pico import PROGRAM, PicoSynthesizer
from speech.stage.ports import VoiceSpec
from tests.patience import PATIENCE_MS, PATIENCE_S
from tests.speech.listening import duration_s, first_of, heard

pytestmark = pytest.mark.processes

ITALIAN = VoiceSpec("", "it")
LONG = "Questa è una riga molto lunga che viene tagliata a metà. " * 17
# Pico never comes back from this; the synthesizer cuts such words before.
ENDLESS = LineRequest(["è" * 200], ["it-IT"], speed=1.0, pitch=1.0)
SHORT = LineRequest(["Ciao a tutti!"], ["it-IT"], speed=1.0, pitch=1.0)
DEADLINE_S = 2.0

OWNER = f"""
import asyncio
from speech.providers.embedded.helper import LineRequest
from speech.providers.embedded.pool import HelperPool
from speech.providers.pico import PROGRAM

async def own():
    pool = HelperPool(PROGRAM, size=1, deadline_s=60)
    await pool.warm_up()
    print(pool.pids[0], flush=True)
    async for _ in pool.speak({ENDLESS!r}):
        pass

asyncio.run(own())
"""


@pytest_asyncio.fixture
async def pool() -> AsyncGenerator[HelperPool, None]:
    pool = HelperPool(PROGRAM, size=1, deadline_s=DEADLINE_S)
    await pool.warm_up(SHORT)
    yield pool
    await pool.aclose()


async def wait_until_ended(pid: int) -> None:
    ended, gone = os.pidfd_open(pid), asyncio.Event()
    asyncio.get_running_loop().add_reader(ended, gone.set)
    try:
        await gone.wait()
    finally:
        asyncio.get_running_loop().remove_reader(ended)
        os.close(ended)


async def test_a_helper_that_does_not_come_back_is_killed_at_the_deadline_and_replaced(
    pool: HelperPool,
) -> None:
    (pid,) = pool.pids
    with pytest.raises(SpeechError) as fault:
        await heard(pool.speak(ENDLESS))
    assert not fault.value.permanent
    assert duration_s(await heard(pool.speak(SHORT))) > 0.3
    assert pool.pids != [pid]


async def test_a_stuck_helper_is_killed_although_nobody_waits_for_it_any_more(pool: HelperPool) -> None:
    (pid,) = pool.pids
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(DEADLINE_S / 4):
            await heard(pool.speak(ENDLESS))
    await wait_until_ended(pid)
    assert duration_s(await heard(pool.speak(SHORT))) > 0.3


async def test_a_stuck_helper_keeps_no_line_from_the_other_one() -> None:
    pool = HelperPool(PROGRAM, size=2, deadline_s=10 * PATIENCE_S)
    await pool.warm_up(SHORT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await heard(pool.speak(ENDLESS))
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(3):
            assert duration_s(await heard(pool.speak(SHORT))) > 0.3
    await pool.aclose()


async def test_a_cut_line_ends_at_once_and_the_next_one_has_nothing_of_it() -> None:
    synthesizer = PicoSynthesizer(pool_size=1)
    expected = await heard(synthesizer.synthesize("Ciao a tutti!", ITALIAN))
    for _ in range(3):
        await first_of(synthesizer.synthesize(LONG, ITALIAN))
        line = await heard(synthesizer.synthesize("Ciao a tutti!", ITALIAN))
        assert duration_s(line) == pytest.approx(duration_s(expected), abs=0.05)
    await synthesizer.aclose()


async def test_many_lines_at_once_share_the_pool_and_each_gets_its_own_words() -> None:
    synthesizer = PicoSynthesizer(pool_size=2)
    texts = ["sì " * (number + 1) for number in range(12)]
    lines = await asyncio.gather(*(heard(synthesizer.synthesize(text, ITALIAN)) for text in texts))
    lengths = [duration_s(line) for line in lines]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == len(texts)
    await synthesizer.aclose()


async def test_a_killed_helper_fails_its_line_and_the_next_line_has_a_new_one(pool: HelperPool) -> None:
    (pid,) = pool.pids
    waiting = asyncio.ensure_future(heard(pool.speak(ENDLESS)))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SpeechError):
        await waiting
    assert duration_s(await heard(pool.speak(SHORT))) > 0.3


async def test_a_voice_of_which_the_engine_knows_nothing_is_refused(pool: HelperPool) -> None:
    with pytest.raises(SpeechError):
        await heard(pool.speak(LineRequest(["ciao"], ["xx-XX"], speed=1.0, pitch=1.0)))
    assert duration_s(await heard(pool.speak(SHORT))) > 0.3


async def test_a_program_that_is_not_installed_is_a_speech_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speech.providers.pico.find_spec", lambda name: None)
    synthesizer = PicoSynthesizer(pool_size=1)
    with pytest.raises(SpeechError):
        await heard(synthesizer.synthesize("ciao", ITALIAN))


def test_a_stuck_helper_ends_by_itself_when_its_owner_was_killed() -> None:
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


def test_a_helper_speaks_to_whoever_knows_the_protocol() -> None:
    request = helper_process.Request(id=7, texts=["Ciao!"], voices=["it-IT"], speed=1.0, pitch=1.0)
    message = json.dumps(request).encode()
    with subprocess.Popen(PROGRAM.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as helper:
        assert helper.stdin is not None
        assert helper.stdout is not None
        helper.stdin.write(helper_process.REQUEST_HEAD.pack(len(message)) + message)
        helper.stdin.flush()
        kinds: list[int] = []
        while not kinds or kinds[-1] != helper_process.END:
            length, kind, line_id = helper_process.FRAME_HEAD.unpack(helper.stdout.read(9))
            helper.stdout.read(length)
            kinds.append(kind)
            assert line_id == (0 if kind == helper_process.READY else 7)
        helper.stdin.close()
        assert helper.wait() == 0
    assert kinds[0] == helper_process.READY
    assert helper_process.AUDIO in kinds
