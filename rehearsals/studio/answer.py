"""The answer to one studio line: its text, its result, and the time of each step."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from planner.stage.turn import TokenUsage


class AnswerResult(StrEnum):
    """How a line ended."""

    ANSWERED = "answered"
    HELPED = "helped"  # with the fixed help line, for a viewer in distress
    BLOCKED = "blocked"  # moderation blocked the viewer's line
    REFUSED = "refused"  # moderation blocked the host's first sentence
    COMMAND = "command"  # a chat command; the studio runs no games
    SILENT = "silent"  # the host has nothing to say
    FAILED = "failed"  # the language model failed
    LATE = "late"  # the time limit was reached


@dataclass(slots=True)
class StudioAnswer:
    """One answer. Times are milliseconds since the line arrived, except `judged_us` in microseconds.

    - `action`, `categories`: moderation's verdict on the viewer's line.
    - `refused_for`: what moderation found in the host's sentence.
    - `name_hidden`: whether moderation blocks the viewer's name, so that the host does not say it.
    - `fault`: the part that failed, `planner` or `speech`, or empty.
    """

    result: AnswerResult = AnswerResult.SILENT
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

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "StudioAnswer":
        """Return the answer of `to_json`; raise KeyError, TypeError or ValueError for other values."""
        parsed = {"result": AnswerResult(values["result"]), "usage": TokenUsage(**values["usage"])}
        return cls(**{**values, **parsed})
