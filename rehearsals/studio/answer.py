"""What became of one line: the words, why there are none, and what each step took."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from planner.stage.turn import TokenUsage


class Result(StrEnum):
    """How a line ended."""

    ANSWERED = "answered"
    HELPED = "helped"  # the fixed line for somebody in distress
    BLOCKED = "blocked"  # the viewer's line was
    REFUSED = "refused"  # the host's own sentence was, before anything was said
    COMMAND = "command"  # a matter of the games, which are not rehearsed here
    SILENT = "silent"  # nothing that the host would say to it
    FAILED = "failed"
    LATE = "late"


@dataclass(slots=True)
class Answer:
    """One rehearsed answer. Times are milliseconds since the line came in, `judged_us` microseconds.

    `categories` say what the gate found in the viewer's line, `refused_for` what it found in the host's.
    `name_hidden` tells that the viewer would not be called by name. `fault` names what gave no answer.
    """

    result: Result = Result.SILENT
    sentences: list[str] = field(default_factory=list)
    action: str = "answer"
    categories: list[str] = field(default_factory=list)
    refused_for: list[str] = field(default_factory=list)
    name_hidden: bool = False
    fault: str = ""
    judged_us: int = 0
    first_sentence_ms: int | None = None
    text_ms: int | None = None
    first_audio_ms: int | None = None
    audio_ms: int = 0
    usage: TokenUsage = field(default_factory=TokenUsage)

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    def to_plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Answer":
        """Return what `to_plain` gave; raise KeyError, TypeError or ValueError for anything else."""
        made = {"result": Result(plain["result"]), "usage": TokenUsage(**plain["usage"])}
        return cls(**{**plain, **made})
