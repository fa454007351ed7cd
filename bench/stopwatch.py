"""Measures where a worker's time and memory go while messages stream through its lives."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chatsources.events import LiveEvent
from chatsources.port import ChatSource, SourceCounts, SourceState
from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.ports import Gate, Observer
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.rules import ReplaceableGate
from livesessions.pipeline.selection.queue_report import QueueReport
from livesessions.worker.recorder.recorder import Recorder
from moderation.stage.verdict import Verdict

SAMPLE_EVERY_S = 0.25
STATM = Path("/proc/self/statm")


@dataclass
class Stages:
    """CPU seconds of the event loop's thread, by stage; each includes those named after it."""

    ingest_s: float = 0.0
    moderation_s: float = 0.0
    notes_s: float = 0.0


@dataclass
class Memory:
    """The process's resident memory in MB, by the number of messages received."""

    samples: list[tuple[int, float]] = field(default_factory=list)

    def note(self, received: int) -> None:
        self.samples.append((received, resident_mb()))

    def at(self, share: float) -> float:
        """Return the memory when a share of all messages had been received."""
        wanted = share * self.samples[-1][0]
        return round(next(resident for received, resident in self.samples if received >= wanted), 1)

    def most_between(self, first: float, last: float) -> float:
        """Return the most memory between two shares of all messages.

        What is remembered of a live is dropped part by part, so that two single samples would compare how
        much of it had been dropped last.
        """
        total = self.samples[-1][0]
        between = [held for count, held in self.samples if first * total <= count <= last * total]
        return round(max(between), 1) if between else self.at(last)  # a short run has few samples


class Stopwatch:
    """Attach it to the lives' parts, then let `run` watch them."""

    def __init__(self, recorder: Recorder) -> None:
        self.memory = Memory()
        self.stages = Stages()
        self.elapsed_s = self.loop_s = self.process_s = 0.0
        self._recorder = recorder
        self._sources: list[ChatSource] = []

    @property
    def received(self) -> int:
        return sum(source.counts.received for source in self._sources)

    def attach(self, parts: LiveParts) -> LiveParts:
        """Return a live's parts, watched."""
        self._sources.append(parts.source)
        return replace(
            parts,
            source=WatchedSource(parts.source, self.stages),
            gate=ReplaceableGate(GuardedModelGate(parts.gate, self.stages)),
            observer=WatchedObserver(parts.observer, self.stages),
        )

    async def run(self, is_over: Callable[[], bool]) -> None:
        """Measure from the first message until it is over and all is written."""
        while not self.received:  # noqa: ASYNC110 (a counter tells nobody that it changes)
            await asyncio.sleep(SAMPLE_EVERY_S / 10)
        already = self.received
        began_s, loop_s, process_s = time.perf_counter(), time.thread_time(), time.process_time()
        while not (is_over() and self._recorder.held == 0):
            self.memory.note(self.received)
            await asyncio.sleep(SAMPLE_EVERY_S)
        self.memory.note(self.received)
        # As if what came before the watch began had taken its share of the time too.
        unseen = already / self.received if already < self.received else 0.0
        self.elapsed_s = (time.perf_counter() - began_s) / (1 - unseen)
        self.loop_s, self.process_s = time.thread_time() - loop_s, time.process_time() - process_s

    def split(self) -> dict[str, float]:
        """Return µs a message by stage: CPU time, but for the last, which the database was waited for."""
        stages = self.stages
        seconds = {
            "socket, decoding, event loop": self.loop_s - stages.ingest_s,
            "ingest": stages.ingest_s - stages.moderation_s - stages.notes_s,
            "moderation": stages.moderation_s,
            "rows and console": stages.notes_s,
            "database: this process's threads": self.process_s - self.loop_s,
            "database: waited for by the log": self._recorder.busy_s,
        }
        return {stage: round(spent_s / max(self.received, 1) * 1e6, 1) for stage, spent_s in seconds.items()}


class WatchedSource:
    """A source; what its reader does with an event is the ingest."""

    def __init__(self, source: ChatSource, stages: Stages) -> None:
        self._source = source
        self._stages = stages

    @property
    def counts(self) -> SourceCounts:
        return self._source.counts

    @property
    def state(self) -> SourceState:
        return self._source.state

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        async with aclosing(self._source.events()) as events:
            async for event in events:
                began_s = time.thread_time()
                yield event
                self._stages.ingest_s += time.thread_time() - began_s


class GuardedModelGate:
    def __init__(self, gate: Gate, stages: Stages) -> None:
        self._gate = gate
        self._stages = stages

    def review(self, text: str) -> Verdict:
        began_s = time.thread_time()
        verdict = self._gate.review(text)
        self._stages.moderation_s += time.thread_time() - began_s
        return verdict


class WatchedObserver:
    def __init__(self, observer: Observer, stages: Stages) -> None:
        self._observer = observer
        self._stages = stages

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        began_s = time.thread_time()
        self._observer.event_happened(event, verdict)
        self._stages.notes_s += time.thread_time() - began_s

    def reply_changed(self, record: ReplyRecord) -> None:
        self._observer.reply_changed(record)

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self._observer.state_changed(viewers=viewers, counts=counts, connection=connection)

    def game_changed(self, state: dict[str, Any]) -> None:
        self._observer.game_changed(state)

    def queue_changed(self, report: QueueReport) -> None:
        self._observer.queue_changed(report)


def resident_mb() -> float:
    """Return this process's resident memory; where the system does not say, the most it ever was."""
    try:
        pages = int(STATM.read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
