"""ffmpeg's children: they never outlive us, never block us, and are always waited for."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from encoder.aac import AdtsReader, MalformedAac, audio_specific_config, open_aac
from encoder.ffmpeg import FfmpegFailed, run_ffmpeg
from encoder.flv import FlvTag
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.processes

PARENT = """
import asyncio, sys
from encoder.aac import open_aac

async def main():
    async with open_aac() as encoder:
        print(encoder.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while is_alive(pid):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)


async def collect(tags: list[FlvTag], pcm: bytes) -> int:
    async with open_aac() as encoder, asyncio.TaskGroup() as group:

        async def read() -> None:
            tags.extend([tag async for tag in encoder.tags()])

        group.create_task(read())
        await encoder.write(pcm)
        encoder.finish()
    return encoder.pid


async def test_sound_becomes_aac_whose_times_come_from_the_samples() -> None:
    tags: list[FlvTag] = []
    pid = await collect(tags, bytes(48_000 * 4 * 2))
    assert tags[0].is_configuration
    assert tags[0].payload[2:] == audio_specific_config() == b"\x11\x90"
    assert [tag.time_ms for tag in tags[1:6]] == [0, 0, 21, 42, 64]
    assert 1980 <= tags[-1].time_ms <= 2010
    assert not is_alive(pid)


async def test_a_flood_on_the_error_output_blocks_nothing() -> None:
    # Far more words than the 64 KB of a pipe.
    arguments = ["-loglevel", "trace", "-f", "lavfi", "-i", "sine=duration=60", "-f", "s16le", "pipe:1"]
    received = 0
    async with run_ffmpeg(arguments) as child:
        async with asyncio.timeout(PATIENCE_S):
            while data := await child.read():
                received += len(data)
    assert received == 60 * 44_100 * 2


async def test_a_child_that_fails_says_so_and_is_waited_for() -> None:
    async with run_ffmpeg(["-f", "lavfi", "-i", "no_such_filter", "-f", "null", "-"]) as child:
        with pytest.raises(FfmpegFailed):
            await child.read()
    assert not is_alive(child.pid)


async def test_a_child_is_gone_after_an_error_of_ours() -> None:
    with pytest.raises(ExceptionGroup):
        async with open_aac() as encoder:
            raise ValueError
    assert not is_alive(encoder.pid)


async def test_a_stopped_child_is_killed() -> None:
    async with open_aac() as encoder:
        os.kill(encoder.pid, signal.SIGSTOP)
    assert not is_alive(encoder.pid)


async def test_a_killed_parent_leaves_no_child() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert parent.stdout is not None
    child = int(await asyncio.to_thread(parent.stdout.readline))
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await gone(child)


async def test_encoders_one_after_the_other_leave_no_open_file() -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        tags: list[FlvTag] = []
        await collect(tags, bytes(3840))
    assert len(os.listdir("/proc/self/fd")) <= before + 1  # noqa: PTH208


@pytest.mark.parametrize("data", [b"RIFFabcdef", b"\xff\xf1\x4c\x80\x00\x1f\xfc"])
def test_what_is_no_aac_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedAac):
        AdtsReader().feed(data)


async def test_a_child_whose_output_nobody_reads_is_ended_and_leaves_nothing_open() -> None:
    # It writes as fast as it can: its pipe is full at once.
    async with run_ffmpeg(["-f", "lavfi", "-i", "testsrc2", "-f", "rawvideo", "pipe:1"]) as child:
        assert await child.read()
    assert not is_alive(child.pid)
