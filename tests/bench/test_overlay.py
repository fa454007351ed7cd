"""The overlay bench reads a browser's trace."""

import json
from typing import Any

import pytest

from bench.frames import Trace
from bench.overlay import frames_not_shown_per_s

PAGE, MAIN, RASTER, VIZ = 7, 1, 2, 3
FRAME_MS = 20.0
THREADS = {MAIN: "CrRendererMain", RASTER: "ThreadPoolForegroundWorker", VIZ: "VizCompositorThread"}


def work(name: str, at_ms: float, *, lasts_ms: float, cpu_ms: float, thread: int = MAIN) -> dict[str, Any]:
    return {
        "name": name,
        "ph": "X",
        "pid": PAGE,
        "tid": thread,
        "ts": 1000 * at_ms,
        "dur": 1000 * lasts_ms,
        "tdur": 1000 * cpu_ms,
    }


def frame(at_ms: float) -> dict[str, Any]:
    return {"name": "BeginMainThreadFrame", "ph": "I", "pid": PAGE, "tid": MAIN, "ts": 1000 * at_ms}


def traced(*events: dict[str, Any]) -> dict[str, Any]:
    threads = [
        {"name": "thread_name", "ph": "M", "pid": PAGE, "tid": thread, "args": {"name": name}}
        for thread, name in THREADS.items()
    ]
    return Trace(json.dumps({"traceEvents": [*threads, *events]}).encode()).figures()


def quiet(count: int) -> list[dict[str, Any]]:
    """Pictures that cost 2 ms each."""
    starts = [number * FRAME_MS for number in range(count)]
    tasks = [work("RunTask", at + 1, lasts_ms=3, cpu_ms=2) for at in starts]
    return [*map(frame, starts), *tasks]


def test_a_picture_costs_what_the_thread_ran_until_the_next_one() -> None:
    figures = traced(*quiet(102), work("RunTask", 30, lasts_ms=8, cpu_ms=5))
    assert (figures["frames"], figures["frames_per_s"]) == (101, 50.0)
    assert figures["main_thread_ms"]["p50"] == figures["main_thread_ms"]["p95"] == 2.0
    assert figures["longest_task_ms"] == 5.0
    assert figures["long_tasks"] == 0


def test_a_task_is_long_by_what_it_ran_not_by_what_it_waited() -> None:
    waits, runs = work("RunTask", 30, lasts_ms=90, cpu_ms=3), work("RunTask", 130, lasts_ms=90, cpu_ms=60)
    assert traced(*quiet(20), waits)["long_tasks"] == 0
    assert traced(*quiet(20), runs)["long_tasks"] == 1


def test_work_within_other_work_counts_once() -> None:
    figures = traced(
        frame(0),
        work("RunTask", 1, lasts_ms=10, cpu_ms=10),
        work("FunctionCall", 2, lasts_ms=8, cpu_ms=8),
        work("Layout", 3, lasts_ms=3, cpu_ms=3),
        work("UpdateLayoutTree", 7, lasts_ms=1, cpu_ms=1),
        frame(20),
        frame(40),
    )
    assert figures["ms_per_frame"] == {"other": 1.0, "script": 2.0, "layout": 1.5, "style": 0.5}
    assert figures["layouts_per_frame"] == 0.5


def test_drawing_is_told_apart() -> None:
    figures = traced(
        *quiet(11),
        work("RasterTask", 5, lasts_ms=40, cpu_ms=30, thread=RASTER),
        work("RunTask", 5, lasts_ms=40, cpu_ms=20, thread=VIZ),
    )
    assert figures["drawing_ms_per_frame"] == 5.0
    assert figures["main_thread_ms"]["p50"] == 2.0


def test_a_trace_of_a_page_that_stands_is_refused() -> None:
    with pytest.raises(ValueError, match="too few pictures"):
        traced(frame(0), work("RunTask", 1, lasts_ms=1, cpu_ms=1), frame(20))


def test_frames_that_the_page_did_not_show_in_time_count() -> None:
    assert frames_not_shown_per_s({"frames_per_s": 40.0, "drawing_ms_per_frame": 9.0}) == 20.0
    assert frames_not_shown_per_s({"frames_per_s": 60.1, "drawing_ms_per_frame": 9.0}) == 0.0


def test_where_drawing_alone_takes_too_long_it_is_not_the_page_that_is_slow() -> None:
    assert frames_not_shown_per_s({"frames_per_s": 40.0, "drawing_ms_per_frame": 30.0}) == 0.0
