"""The texts of an overlay test in the show's language."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SampleTexts:
    """The texts of one language. `name` marks a chat line on the overlay as a test."""

    name: str
    comment: str
    gift: str
    question: str
    hello: str


ENGLISH = SampleTexts(
    name="Test",
    comment="This is what your chat looks like.",
    gift="sent a rose",
    question="Test: which planet is the largest?",
    hello="Hello! I am your host. If you can hear me, everything is set up.",
)
TEXTS = {
    "en": ENGLISH,
    "it": SampleTexts(
        name="Prova",
        comment="La tua chat si vede così.",
        gift="ha mandato una rosa",
        question="Prova: qual è il pianeta più grande?",
        hello="Ciao! Sono il tuo host. Se mi senti, è tutto pronto.",
    ),
    "de": SampleTexts(
        name="Probe",
        comment="So sieht dein Chat aus.",
        gift="hat eine Rose geschickt",
        question="Probe: Welcher Planet ist der größte?",
        hello="Hallo! Ich bin dein Host. Wenn du mich hörst, ist alles bereit.",
    ),
}


def sample_texts(language: str) -> SampleTexts:
    """Return the texts of a language, or the English ones."""
    return TEXTS.get(language[:2], ENGLISH)


def chat_texts(texts: SampleTexts) -> dict[str, str]:
    """Return the text of each kind of chat line; empty where the overlay writes its own."""
    return {"comment": texts.comment, "follow": "", "gift": texts.gift}


def sample_quiz(texts: SampleTexts, *, seconds: int) -> dict[str, Any]:
    """Return an open quiz in the form of `Games.state`."""
    return {
        "kind": "quiz",
        "phase": "open",
        "seconds_left": seconds,
        "question": texts.question,
        "options": [],
        "winner": "",
        "points": 0,
        "leaders": [{"name": texts.name, "points": 3}],
    }
