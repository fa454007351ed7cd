"""The trace of a simulated live: every event, reply and played sound, with its time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from chatsources.events import LiveEvent
from chatsources.port import SourceState
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.selection.queue_report import QueueReport
from moderation.stage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """A chat event, `at_s` seconds into the rehearsal, with its moderation verdict."""

    at_s: float
    event: LiveEvent
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class TracedReply:
    """The last state of a reply. `at_s` is when the pipeline first reported it."""

    at_s: float
    record: ReplyRecord


@dataclass(slots=True)
class TracedPlayback:
    """The time in which a reply was audible, in seconds into the rehearsal, and its captions by time."""

    begins_at_s: float
    ends_at_s: float
    captions: list[tuple[float, str]] = field(default_factory=list)


@dataclass(slots=True)
class RehearsalTrace:
    """All that happened in a rehearsal. Replies and playbacks are stored by the utterance's id.

    - `counts`: the pipeline's event counts.
    - `shown`: number of chat lines that the overlay received.
    - `lasted_s`: length in the rehearsal's time; `took_s`: length in real time.
    """

    events: list[TracedEvent] = field(default_factory=list)
    replies: dict[UUID, TracedReply] = field(default_factory=dict)
    playbacks: dict[UUID, TracedPlayback] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    shown: int = 0
    lasted_s: float = 0.0
    took_s: float = 0.0


class TraceObserver:
    """The pipeline's `Observer` that writes a trace. `now_s` returns the seconds into the rehearsal."""

    def __init__(self, trace: RehearsalTrace, now_s: Callable[[], float]) -> None:
        self._trace = trace
        self._now_s = now_s

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        self._trace.events.append(TracedEvent(self._now_s(), event, verdict))

    def reply_changed(self, record: ReplyRecord) -> None:
        before = self._trace.replies.get(record.id)
        at_s = before.at_s if before else self._now_s()
        # A copy: the pipeline goes on changing its record.
        self._trace.replies[record.id] = TracedReply(at_s, replace(record))

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        self._trace.counts = counts

    def game_changed(self, state: dict[str, Any]) -> None:
        """Do nothing: what a game says is among the replies."""

    def queue_changed(self, report: QueueReport) -> None:
        """Do nothing: no console is open."""
