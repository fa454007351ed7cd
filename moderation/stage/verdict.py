"""The verdict on a text."""

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """The risk of a text on air: low may be answered, medium with care, high never."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Action(StrEnum):
    """What to do with a text.

    The host's own sentences may be voiced on `answer` and `answer_carefully`.
    """

    ANSWER = "answer"
    ANSWER_CAREFULLY = "answer_carefully"
    NEUTRAL_LINE = "neutral_line"  # an honest question on a topic that the host avoids
    IGNORE = "ignore"
    HELP = "help"  # somebody may be in distress: answered with a fixed line


class Category(StrEnum):
    """The topic of a finding."""

    BLOCKLIST = "blocklist"
    SLURS = "slurs"
    HOSTILITY = "hostility"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    BLASPHEMY = "blasphemy"
    PROFANITY = "profanity"
    INSULTS = "insults"
    DRUGS = "drugs"
    POLITICS_RELIGION = "politics_religion"
    CLAIMS = "claims"
    SPAM = "spam"
    LINK = "link"
    PERSONAL_DATA = "personal_data"
    VIEWER = "viewer"  # the viewer is blocked


MEDIUM_RISK = frozenset(
    {
        Category.PROFANITY,
        Category.INSULTS,
        Category.DRUGS,
        Category.POLITICS_RELIGION,
        Category.CLAIMS,
        Category.SPAM,
        Category.LINK,
        Category.PERSONAL_DATA,
    }
)
IN_EARNEST = frozenset({Category.POLITICS_RELIGION, Category.CLAIMS, Category.DRUGS})


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding: category, matched term, and its span (start, end) in the original text."""

    category: Category
    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one text, with all its reasons."""

    risk: Risk
    reasons: tuple[Reason, ...] = ()
    action: Action = Action.ANSWER

    @property
    def blocked(self) -> bool:
        """Whether the text may be neither answered, shown nor voiced."""
        return self.risk is Risk.HIGH


NOTHING_FOUND = Verdict(Risk.LOW)
VIEWER_BLOCKED = Verdict(Risk.HIGH, (Reason(Category.VIEWER, "", 0, 0),), Action.IGNORE)


def judge(reasons: tuple[Reason, ...], *, safe_mode: bool) -> Verdict:
    """Return the verdict of some findings. In safe mode a medium risk counts as high."""
    if not reasons:
        return NOTHING_FOUND
    categories = {reason.category for reason in reasons}
    severe = categories - MEDIUM_RISK
    if Category.SELF_HARM in categories and severe <= {Category.SELF_HARM}:
        return Verdict(Risk.HIGH, reasons, Action.HELP)
    if severe:
        return Verdict(Risk.HIGH, reasons, Action.IGNORE)
    if not safe_mode:
        return Verdict(Risk.MEDIUM, reasons, Action.ANSWER_CAREFULLY)
    return Verdict(Risk.HIGH, reasons, Action.NEUTRAL_LINE if categories <= IN_EARNEST else Action.IGNORE)
