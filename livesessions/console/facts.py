"""What a console knows of its live at one moment, from which it says how the live is doing."""

from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median

from encoder.broadcast.report import StreamPhase, StreamReport
from livesessions.console.publisher import ConsoleCountsMessage, ConsoleReplyMessage
from livesessions.pipeline.outcome import ReplyOutcome
from overlay.presence import OpenPage

REMEMBERED_DELAYS = 10
UNHEARD_SOUNDS = frozenset({"blocked", "stalled", "silent"})


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """The facts behind the headline and the health of a live.

    - `phase`: a `Phase`; `waiting`: why a started live has no worker yet, in the reader's language.
    - `end_reason`: why it ended, in the reader's language.
    - `plan_warning`: why and when it will be ended, while its workspace may not be on air any more.
    - `credit_warning`: what of the workspace's credit is nearly used up; `is_credit_short`: from 95 % on.
    - `is_paused`: whether the streamer has paused the host.
    - `chat`: where the chat comes from, in the reader's language; `connection`: its `SourcePhase`, or empty.
    - `pages`: the open pages of the overlay.
    - `is_streamed`: the live reaches its viewers by our stream; `stream`: what that is doing, if it is known.
    - `failures`: how many replies in a row have failed, by the last one's fault.
    """

    phase: str = "ready"
    is_muted: bool = False
    is_paused: bool = False
    waiting: str = ""
    end_reason: str = ""
    plan_warning: str = ""
    credit_warning: str = ""
    is_credit_short: bool = False
    chat: str = ""
    connection: str = ""
    retry_in_s: int = 0
    pages: tuple[OpenPage, ...] = ()
    is_streamed: bool = False
    stream: StreamReport | None = None
    counts: dict[str, int] = field(default_factory=dict)
    fault: str = ""
    failures: int = 0
    is_model_paused: bool = False
    delay_ms: int | None = None

    @property
    def is_on_air(self) -> bool:
        return self.phase in ("on_air", "muted")

    @property
    def is_stream_published(self) -> bool:
        return self.stream is not None and self.stream["phase"] == StreamPhase.PUBLISHING

    @property
    def unheard_because(self) -> str:
        """Why nobody hears the host: `closed`, `hidden`, a sound state such as `blocked`, or empty."""
        if self.is_streamed or self.is_stream_published:
            return ""
        if not self.pages:
            return "closed"
        sounds = {page["sound"] for page in self.pages}
        if sounds <= UNHEARD_SOUNDS:
            return self.pages[0]["sound"]
        if not any(page["visible"] and page["active"] for page in self.pages):
            return "hidden"
        return ""

    def with_counts(self, message: ConsoleCountsMessage) -> "LiveFacts":
        return replace(
            self,
            counts=message["counts"],
            # Workers of the previous release, which may still run, send no connection.
            connection=message.get("connection", ""),
            retry_in_s=message.get("retry_in_s", 0),
        )


class ReplyHealth:
    """Counts failures in a row, and keeps the delays of the latest replies."""

    def __init__(self) -> None:
        self._delays_ms: deque[tuple[str, int]] = deque(maxlen=REMEMBERED_DELAYS)
        self._failed: set[str] = set()
        self._fault = ""
        self._is_model_paused = False

    def note(self, reply: ConsoleReplyMessage) -> None:
        """Take a new or changed reply."""
        if reply["status"] == ReplyOutcome.FAILED:
            self._failed.add(reply["id"])
            self._fault = reply["fault"]
        elif reply["status"] in (ReplyOutcome.SPEAKING, ReplyOutcome.SPOKEN):
            self._failed.clear()
            self._fault = ""
        self._is_model_paused = reply["fault"] == "planner:unheard"
        delay_ms = reply["first_audio_ms"]
        if delay_ms is not None and reply["id"] not in {known for known, _ in self._delays_ms}:
            self._delays_ms.append((reply["id"], delay_ms))

    def apply_to(self, facts: LiveFacts) -> LiveFacts:
        """Return the facts with what the replies say."""
        delays = [delay_ms for _id, delay_ms in self._delays_ms]
        return replace(
            facts,
            fault=self._fault,
            failures=len(self._failed),
            is_model_paused=self._is_model_paused,
            delay_ms=round(median(delays)) if delays else None,
        )
