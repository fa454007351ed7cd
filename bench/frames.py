"""Computes from a browser's trace what a page's threads do for each frame that it shows."""

import json
import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CATEGORIES = (
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
)
LONG_TASK_MS = 50.0
KINDS = {
    "FunctionCall": "script",
    "FireAnimationFrame": "script",
    "TimerFire": "script",
    "MinorGC": "script",
    "MajorGC": "script",
    "UpdateLayoutTree": "style",
    "Layout": "layout",
    "PrePaint": "paint",
    "Paint": "paint",
    "Layerize": "paint",
    "Commit": "paint",
}


@dataclass(frozen=True, slots=True)
class Work:
    """Something that a thread did: from when to when, in ms, and how much of that it really ran."""

    name: str
    begin_ms: float
    end_ms: float
    cpu_ms: float


class Trace:
    """A trace of one page, as `browser.stop_tracing()` gives it.

    Work is told in CPU time: on a machine that others use, waiting for one's turn is no work.
    """

    def __init__(self, trace: bytes) -> None:
        self._events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
        named = [event for event in self._events if event.get("name") == "thread_name"]
        self._threads = {(each["pid"], each["tid"]): each["args"]["name"] for each in named}
        main = self._work_on("CrRendererMain")
        self._tasks = [work for work in main if work.name == "RunTask"]
        self._parts = main
        begun = (event for event in self._events if event["name"] == "BeginMainThreadFrame")
        self._frames_ms = sorted(event["ts"] / 1000 for event in begun)
        if len(self._frames_ms) < 3:
            raise ValueError("The page has shown too few pictures.")

    def figures(self) -> dict[str, Any]:
        """Return how many pictures there were, and what each cost."""
        count = len(self._frames_ms) - 1
        span_s = (self._frames_ms[-1] - self._frames_ms[0]) / 1000
        shares = statistics.quantiles(self._main_thread_ms(), n=100)
        drawing_ms = sum(work.cpu_ms for work in self._work_on("ThreadPoolForegroundWorker", "RasterTask"))
        drawing_ms += sum(work.cpu_ms for work in self._work_on("VizCompositorThread", "RunTask"))
        return {
            "frames": count,
            "frames_per_s": round(count / span_s, 1),
            "main_thread_ms": {f"p{share}": round(shares[share - 1], 2) for share in (50, 95, 99)},
            "ms_per_frame": {kind: round(ms / count, 3) for kind, ms in self._by_kind().items()},
            "layouts_per_frame": round(sum(work.name == "Layout" for work in self._parts) / count, 2),
            "drawing_ms_per_frame": round(drawing_ms / count, 2),
            "longest_task_ms": round(max(task.cpu_ms for task in self._tasks), 2),
            "long_tasks": sum(task.cpu_ms > LONG_TASK_MS for task in self._tasks),
        }

    def _main_thread_ms(self) -> list[float]:
        """Return what the main thread did from the beginning of each picture to that of the next."""
        spent = [0.0] * len(self._frames_ms)
        for task in self._tasks:
            frame = bisect_right(self._frames_ms, task.end_ms) - 1
            if frame >= 0:
                spent[frame] += task.cpu_ms
        return spent[:-1]

    def _by_kind(self) -> dict[str, float]:
        """Return the milliseconds of each kind of work, each counted once where one lies in the other."""
        spent: dict[str, float] = defaultdict(float)
        around: list[Work] = []
        for work in sorted(self._parts, key=lambda work: (work.begin_ms, -work.end_ms)):
            while around and around[-1].end_ms <= work.begin_ms:
                around.pop()
            if around:
                spent[KINDS.get(around[-1].name, "other")] -= work.cpu_ms
            spent[KINDS.get(work.name, "other")] += work.cpu_ms
            around.append(work)
        return spent

    def _work_on(self, thread: str, name: str = "") -> list[Work]:
        return [_work(event) for event in self._whole_on(thread) if event["name"] == name or not name]

    def _whole_on(self, thread: str) -> Iterable[dict[str, Any]]:
        for event in self._events:
            if event["ph"] == "X" and self._threads.get((event["pid"], event["tid"])) == thread:
                yield event


def _work(event: dict[str, Any]) -> Work:
    begin_ms = event["ts"] / 1000
    return Work(event["name"], begin_ms, begin_ms + event["dur"] / 1000, event.get("tdur", 0) / 1000)
