"""What must not grow or drift in a stream that runs for a day and reconnects hundreds of times."""

import gc
import logging
import tracemalloc

import pytest

from encoder.aac import FRAME_SAMPLES
from encoder.mixer.frames import SAMPLE_RATE_HZ
from encoder.mixer.sample_clock import SampleClock, picture_ms
from encoder.rtmp.backlog import REPORT_WINDOW_BYTES, STALL_S, Backlog, ReadReports
from tests.encoder.rtmp.streams import CONFIGURATIONS, running, second_of
from tests.fakes.rtmp_server import FakeRtmpServer

pytestmark = pytest.mark.slow

RECONNECTIONS = 200
DAY_S = 24 * 3600
MOST_GROWTH_BYTES = 500_000  # a connection that is not freed holds some 20 KB, so 150 of them 3 MB


async def test_after_200_reconnections_the_memory_is_what_it_was(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="encoder")  # the test run keeps each line
    sizes: list[int] = []
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(0))
        await server.arrived(23)
        tracemalloc.start()
        try:
            for number in range(1, RECONNECTIONS + 1):
                server.cut()
                await run.reached("publishing", times=2)
                await server.arrived(4)
                server.recordings.clear()
                del run.states[1:-1]
                if number in (50, RECONNECTIONS):
                    gc.collect()
                    sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    assert run.publisher.stats.reconnects == RECONNECTIONS
    assert sizes[1] - sizes[0] < MOST_GROWTH_BYTES


def test_sound_and_picture_are_together_after_a_day() -> None:
    clock = SampleClock(0)
    now_ns = DAY_S * 1_000_000_000
    clock.frames += clock.due(now_ns)
    assert clock.samples == DAY_S * SAMPLE_RATE_HZ
    last_picture = picture_ms(DAY_S * 30, 30)
    aac_frames = clock.samples // FRAME_SAMPLES
    last_sound = aac_frames * FRAME_SAMPLES * 1000 // SAMPLE_RATE_HZ
    assert last_picture == DAY_S * 1000
    assert abs(last_picture - last_sound) <= 20


@pytest.mark.parametrize("kbit_s", [500, 800, 2_600])
def test_a_frozen_server_that_reports_is_noticed_within_three_seconds(kbit_s: int) -> None:
    """Its kernel takes everything for a while, so that only the missing reports tell."""
    backlog, reports = Backlog(), ReadReports()
    a_tick = kbit_s * 125 // 10  # bytes in 0.1 s
    written, frozen_at_s = 0, 10.0
    for tick in range(1, 200):
        now_s, written = tick / 10, written + a_tick
        if now_s <= frozen_at_s:
            for read in range(REPORT_WINDOW_BYTES, a_tick + REPORT_WINDOW_BYTES, REPORT_WINDOW_BYTES):
                reports.note((written - a_tick + min(read, a_tick)) % 2**32)
        backlog.note(written=written, unsent=reports.unread(written), now_s=now_s)
        if backlog.stalled_s(now_s) >= STALL_S:
            break
        assert now_s <= frozen_at_s or now_s - frozen_at_s < 3.0
    assert now_s > frozen_at_s, "a server that reads is not taken for a frozen one"
    assert now_s - frozen_at_s <= 3.0


def test_a_server_that_reports_rarely_or_never_is_not_judged_by_it() -> None:
    reports = ReadReports()
    assert reports.unread(10_000_000) == 0
    for sequence in (2_500_000, 5_000_000):
        reports.note(sequence)
    assert reports.unread(10_000_000) == 0
