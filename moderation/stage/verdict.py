"""What the gate says of a text."""

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """How dangerous a text is on air: low may be answered, medium with care, high never."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding: its category, the term that matched, and where (start, end) in the original text."""

    category: str
    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one text, with every reason for it."""

    risk: Risk
    reasons: tuple[Reason, ...] = ()

    @property
    def blocked(self) -> bool:
        """True when the text may be neither answered, shown nor voiced."""
        return self.risk is Risk.HIGH
