"""The lines that a set-up is tried with, in the language of the show."""

from dataclasses import dataclass
from typing import Any

from livesessions.sources.events import EventKind


@dataclass(frozen=True, slots=True)
class Samples:
    """`name` says of a line, on the overlay too, that it is no viewer's."""

    name: str
    comment: str
    gift: str
    question: str
    hello: str


ENGLISH = Samples(
    name="Test",
    comment="This is what your chat looks like.",
    gift="sent a rose",
    question="Test: which planet is the largest?",
    hello="Hello! I am your host. If you can hear me, everything is set up.",
)
SAMPLES = {
    "en": ENGLISH,
    "it": Samples(
        name="Prova",
        comment="La tua chat si vede così.",
        gift="ha mandato una rosa",
        question="Prova: qual è il pianeta più grande?",
        hello="Ciao! Sono il tuo host. Se mi senti, è tutto pronto.",
    ),
}


def samples_for(language: str) -> Samples:
    return SAMPLES.get(language[:2], ENGLISH)


def lines_of(samples: Samples) -> dict[EventKind, str]:
    """Return what each kind of line says; nothing where the overlay has words of its own."""
    return {EventKind.COMMENT: samples.comment, EventKind.FOLLOW: "", EventKind.GIFT: samples.gift}


def quiz_of(samples: Samples, *, seconds: int) -> dict[str, Any]:
    """Return a quiz that is open, as `Games.state` tells of one."""
    return {
        "kind": "quiz",
        "phase": "open",
        "seconds_left": seconds,
        "question": samples.question,
        "options": [],
        "winner": "",
        "points": 0,
        "leaders": [{"name": samples.name, "points": 3}],
    }
