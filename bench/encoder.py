"""Measures what a stream costs in each mode, beside the plain ffmpeg command that streams a picture.

Both push to nginx on this machine in the same run. CPU is that of our process and of all children, per
stream; memory counts shared pages once (Pss).
"""

import argparse
import asyncio
import os
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.encoder_pictures import Shown, captions, full, is_bit_exact, still
from bench.report import BenchError, Target, reported
from encoder.broadcast.feed import StreamFeed
from encoder.ffmpeg import run_ffmpeg
from encoder.looping.preparation import LoopOptions, draw_badge, make_loop
from encoder.mixer.buses import MusicBus, VoiceBus
from encoder.mixer.mixer import Mixer
from encoder.rtmp.address import StreamKey, read_address
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.publisher import Publisher, PublisherOptions
from tests.fakes.nginx_rtmp import HOW, NginxRtmp, find_nginx, run_nginx

WARM_UP_S = 3.0
TICKS = os.sysconf("SC_CLK_TCK")

OpenPictures = Callable[[], AbstractAsyncContextManager[Shown]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stream costs in cores and MB, and how many seconds of it arrived in a second."""

    cores: float
    mb: float
    real_time: float


TARGETS = [
    Target("loop_40.cores_of_plain", at_most=0.05),
    Target("loop_40.mb", at_most=25),
    Target("loop_40.real_time", at_least=0.99),
    Target("captions_8.cores_of_plain", at_most=0.25),
    Target("captions_8.real_time", at_least=0.99),
    Target("captions_bit_exact", at_least=1),
    Target("full_2.cores_of_plain", at_most=1.1),
    Target("full_2.real_time", at_least=0.99),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--streams", type=int, nargs="*", default=[1, 40])
    parser.add_argument("--captions", type=int, nargs="*", default=[8])
    parser.add_argument("--full", type=int, nargs="*", default=[2])
    options = parser.parse_args()
    if find_nginx() is None:
        raise BenchError(HOW)
    counts = {"loop": options.streams, "captions": options.captions, "full": options.full}
    with reported([target for target in TARGETS if _is_measured(target.figure, counts)]) as figures:
        figures |= asyncio.run(_measure(options.seconds, counts))


def _is_measured(figure: str, counts: dict[str, list[int]]) -> bool:
    mode, _, count = figure.partition(".")[0].partition("_")
    return count == "bit_exact" or int(count) in counts[mode]


async def _measure(seconds: float, counts: dict[str, list[int]]) -> dict[str, object]:
    loop = await make_loop(LoopOptions(preset="veryfast"))
    modes: dict[str, OpenPictures] = {
        "loop": lambda: nullcontext(Shown(loop)),
        "captions": captions,
        "full": full,
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        run_nginx(
            Path(folder), port=_free_port(), http_port=_free_port(), key="bench", records=False
        ) as server,
    ):
        await asyncio.sleep(1)
        plain = await _plain_command(server, seconds, Path(folder))
        figures: dict[str, object] = {"plain": _figures(plain, plain)}
        for mode, open_pictures in modes.items():
            for count in counts[mode]:
                cost = await _streams(server, open_pictures, count, seconds)
                figures[f"{mode}_{count}"] = _figures(cost, plain)
    return {**figures, "captions_bit_exact": int(await is_bit_exact())}


def _figures(cost: Cost, plain: Cost) -> dict[str, float]:
    # For each second that was streamed: on a busy machine the plain command falls behind.
    of_plain = (cost.cores / cost.real_time) / (plain.cores / plain.real_time)
    found = {**asdict(cost), "cores_of_plain": of_plain}
    return {name: round(value, 4) for name, value in found.items()}


async def _plain_command(server: NginxRtmp, seconds: float, folder: Path) -> Cost:
    picture = folder / "still.png"
    background = still()
    badge = draw_badge("Virtual Host · AI", 720)
    background.paste(badge, (30, 60), badge)
    background.save(picture)
    video = ["-re", "-loop", "1", "-framerate", "30", "-i", str(picture)]
    sound = ["-re", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"]
    coding = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-r", "30", "-g", "60"]
    coding += ["-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "2500k", "-c:a", "aac", "-b:a", "128k"]
    async with run_ffmpeg([*video, *sound, *coding, "-f", "flv", f"{server.url}/bench-plain"]) as child:
        return await _watch(server, [child.pid], 1, seconds, 0.0)


async def _streams(server: NginxRtmp, open_pictures: OpenPictures, count: int, seconds: float) -> Cost:
    before_mb = _pss_mb(os.getpid())
    options = PublisherOptions(dial=DialOptions(allows_loopback=True))
    publishers = [
        Publisher(read_address(server.url), StreamKey(f"bench-{number}"), options=options)
        for number in range(count)
    ]
    async with AsyncExitStack() as stack:
        shown = [await stack.enter_async_context(open_pictures()) for _ in publishers]
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks = []
        for publisher, each in zip(publishers, shown, strict=True):
            group.create_task(publisher.run())
            feed = StreamFeed(publisher, each.pictures, Mixer(VoiceBus(), MusicBus()))
            tasks += [group.create_task(feed.run()), group.create_task(each.perform())]
            await asyncio.sleep(0.02)
        cost = await _watch(server, [os.getpid()], count, seconds, before_mb)
        for task in tasks:
            task.cancel()
        for publisher in publishers:
            publisher.stop()
    return cost


async def _watch(server: NginxRtmp, pids: list[int], count: int, seconds: float, before_mb: float) -> Cost:
    """Return the mean cost of `count` streams that processes and their children carry."""
    await asyncio.sleep(WARM_UP_S)
    everybody = [
        *pids,
        *(
            child
            for pid in pids
            for child in _children(pid)
            if server.process is None or child != server.process.pid
        ),
    ]
    began_s, cpu = time.monotonic(), _cpu_s(everybody)
    sent_ms = await asyncio.to_thread(_arrived_ms, server)
    await asyncio.sleep(seconds)
    passed_s = time.monotonic() - began_s
    arrived_s = (await asyncio.to_thread(_arrived_ms, server) - sent_ms) / 1000
    used = (_cpu_s(everybody) - cpu) / passed_s / count
    return Cost(used, (sum(map(_pss_mb, everybody)) - before_mb) / count, arrived_s / passed_s / count)


def _arrived_ms(server: NginxRtmp) -> int:
    """Return the sum of the last timestamps of all streams that the server has now."""
    return sum(int(number) for number in re.findall(r"<timestamp>(\d+)</timestamp>", server.stat()))


def _children(pid: int) -> list[int]:
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and _stat(int(entry.name))[1:2] == [str(pid)]
    ]


def _stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    except OSError:
        return []


def _cpu_s(pids: Iterable[int]) -> float:
    return sum(sum(map(int, _stat(pid)[11:13])) for pid in pids) / TICKS


def _pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port: int = opened.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
