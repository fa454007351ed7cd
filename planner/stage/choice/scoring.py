"""Scores how much a chat line deserves an answer."""

from dataclasses import dataclass
from math import exp

from planner.stage.choice.duplicates import NO_QUESTION, QuestionWords
from planner.stage.choice.line_features import LineFeatures, read
from planner.stage.turn import Turn, TurnKind

MAX_AGE_S = 45.0

# The weights, in points. A question is what an answer is for, so it outweighs any two of the others.
QUESTION = 3.0
TO_HOST = 2.0  # the host is called by name
TO_SOMEBODY = 0.8  # it says `you`: to the host as a rule, but perhaps to another viewer
TO_ANOTHER = -2.0  # it names another viewer: the two talk to each other
GIFTER = 1.5  # a gift counts, but does not buy every answer
NEWCOMER = 1.2  # a viewer who gets a first answer is likely to stay
FRESH = 2.5  # to what the room has just read; halved about every six seconds, for the chat runs on
FRESH_S = 8.0
TRUSTED = 0.5
CAREFUL = -0.7  # nothing is lost when the host rather speaks of something else
LATELY = -0.6  # for each answer that the viewer had lately: others would like one too
NONSENSE = -3.0  # an emoji, a hand on the keys, one word over and over: nothing to answer
GREETING = -0.8  # a lone `ciao`: kind to answer, but no talk comes of it
LOUD = -0.3
TALK = 0.8  # a line of some words is easier to answer well than one word
TALK_WORDS = range(3, 31)
JUST_ANSWERED = -6.0  # the room has heard the answer within the minute; only when nothing else waits


@dataclass(frozen=True, slots=True)
class ScoringLimits:
    """The host's name and the number of answers per viewer, the same for all lines of a live."""

    host_name: str = ""
    answers_per_viewer: int = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A queued line, and what is known of its viewer."""

    turn: Turn
    age_s: float = 0.0
    has_given: bool = False
    is_new: bool = False
    was_last: bool = False
    answers_lately: int = 0
    trusted: bool = False
    wording: QuestionWords = NO_QUESTION


@dataclass(frozen=True, slots=True)
class LineScore:
    """A line's score: the parts that are not zero, by name, and their sum."""

    parts: dict[str, float]
    total: float

    def with_part(self, name: str, points: float) -> "LineScore":
        return LineScore({**self.parts, name: points}, self.total + points)

    def as_values(self) -> dict[str, float]:
        """Return the parts and their `total`, rounded."""
        return {name: round(points, 2) for name, points in {**self.parts, "total": self.total}.items()}


def score(line: Candidate, limits: ScoringLimits) -> LineScore | None:
    """Return a line's score; None if it is too old or its viewer has no answers left."""
    if line.age_s > MAX_AGE_S or line.answers_lately >= limits.answers_per_viewer:
        return None
    reading = read(line.turn.text, line.turn.language, limits.host_name)
    points = {
        "question": QUESTION if reading.is_question and not reading.is_nonsense else 0.0,
        "addressed": _addressed(reading),
        "content": 0.0 if line.turn.kind is not TurnKind.COMMENT else _content(reading),
        "gifter": GIFTER if line.has_given else 0.0,
        "newcomer": NEWCOMER if line.is_new else 0.0,
        "fresh": FRESH * exp(-line.age_s / FRESH_S),
        "trusted": TRUSTED if line.trusted else 0.0,
        "careful": CAREFUL if line.turn.careful else 0.0,
        "lately": LATELY * line.answers_lately,
    }
    return LineScore({name: part for name, part in points.items() if part}, sum(points.values()))


def _addressed(reading: LineFeatures) -> float:
    if reading.names_host:
        return TO_HOST
    if reading.names_another:
        return TO_ANOTHER
    return TO_SOMEBODY if reading.says_you else 0.0


def _content(reading: LineFeatures) -> float:
    if reading.is_nonsense:
        return NONSENSE
    spoken = sum(len(word) > 1 for word in reading.words)  # letters with spaces between are no words
    talk = TALK if spoken in TALK_WORDS else 0.0
    return talk + (GREETING if reading.is_greeting else 0.0) + (LOUD if reading.is_loud else 0.0)
