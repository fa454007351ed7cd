"""Measures a stream once a second, and says what came of it."""

from collections import deque
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypedDict

from encoder.rtmp.publisher import PublisherStats

WINDOW_S = 10.0
# Below this share of the pictures, for the whole window, viewers see the stream stutter.
LEAST_DELIVERY = 0.97
TICKS_A_SECOND = 100.0  # of /proc; Linux shows this to programs whatever the kernel uses


class StreamPhase(StrEnum):
    """What a live's stream does."""

    PREPARING = "preparing"
    CONNECTING = "connecting"
    PUBLISHING = "publishing"
    RECONNECTING = "reconnecting"
    HELD_BY_SERVER = "held_by_server"
    FAILED = "failed"
    CLOSING = "closing"
    ENDED = "ended"


# What is measured counts from the moment at which the stream is published.
NOT_BEGUN = frozenset({StreamPhase.PREPARING, StreamPhase.CONNECTING, StreamPhase.FAILED})


class StreamReport(TypedDict):
    """A stream in one second.

    - `phase` is a `StreamPhase`; `fault` is why it is not publishing: a `PublishFault` or `UnreadyReason`.
    - `kbit_s`, `fps`: what was sent in the last seconds; `cpu`: cores that its sound and encoder used.
    - `dropped` pictures and `reconnects` count from the start; `unsent_bytes` wait for the server now.
    - `stills` counts the previews that were stored.
    - `delivery`: the share of the last ten seconds' pictures that arrived; `is_behind`: that is too little.
    """

    phase: str
    fault: str
    mode: str
    kbit_s: int
    fps: float
    dropped: int
    unsent_bytes: int
    reconnects: int
    cpu: float
    delivery: float
    is_behind: bool
    stills: int


class _Sample(NamedTuple):
    at_s: float
    sent_bytes: int
    pictures: float  # that the server has taken
    cpu_s: float


class StreamMeter:
    """Remembers ten seconds of a stream. `frame_rate` is in pictures a second."""

    def __init__(self, frame_rate: int) -> None:
        self._frame_rate = frame_rate
        self._samples: deque[_Sample] = deque()

    def measure(
        self,
        stats: PublisherStats,
        *,
        phase: StreamPhase,
        fault: str = "",
        mode: str,
        cpu_s: float,
        stills: int = 0,
        now_s: float,
    ) -> StreamReport:
        """Take the figures of a moment, and return the report. `cpu_s` is what was used since the start."""
        if phase in NOT_BEGUN:
            self._samples.clear()
        taken = stats.sent_pictures - stats.behind_s * self._frame_rate
        self._samples.append(_Sample(now_s, stats.sent_bytes, taken, cpu_s))
        while len(self._samples) > 2 and self._samples[1].at_s <= now_s - WINDOW_S:
            self._samples.popleft()
        first, last = self._samples[0], self._samples[-1]
        passed_s = last.at_s - first.at_s
        a_second = 1 / passed_s if passed_s > 0 else 0.0
        fps = max(0.0, (last.pictures - first.pictures) * a_second)
        delivery = min(1.0, fps / self._frame_rate) if passed_s > 0 else 1.0
        return {
            "phase": phase.value,
            "fault": fault,
            "mode": mode,
            "kbit_s": round((last.sent_bytes - first.sent_bytes) * 8 / 1000 * a_second),
            "fps": round(fps, 1),
            "dropped": stats.dropped_pictures,
            "unsent_bytes": stats.unsent_bytes,
            "reconnects": stats.reconnects,
            "cpu": round(max(0.0, self._cpu_s()) * a_second, 3),
            "delivery": round(delivery, 3),
            "is_behind": passed_s >= WINDOW_S and delivery < LEAST_DELIVERY,
            "stills": stills,
        }

    def _cpu_s(self) -> float:
        """Return what was used in the window; an encoder that was replaced counts from zero."""
        return sum(max(0.0, after.cpu_s - before.cpu_s) for before, after in pairwise(self._samples))


def cpu_seconds(pid: int | None) -> float:
    """Return the processor time of a process; 0 where it is gone or cannot be asked."""
    if pid is None:
        return 0.0
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
