"""Answers without a language model: the sentences of the chunks that fit a question, word for word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.answers.facts import has_money
from knowledge.answers.quotes import ChunkQuote, QuotedSentence
from knowledge.answers.topics import Topic
from knowledge.retrieval.terms import gram_counts
from texts.sentence_ends import End, full_stop_ends

MAX_SENTENCES = 2
# Of the question's words, weighted by how rare they are. Calibrated with `make bench-retrieval`.
SURE, DOUBTFUL = 0.75, 0.55
# Of the letters of what is asked for, in the sentence itself or above it.
NAMED = 0.5
_TERMINAL = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|\n")
MAX_QUOTE = 300


class Outcome(StrEnum):
    """How sure an answer is."""

    ANSWERED = "answered"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the answer reads it. `support`: how much of the question it has, 0 to 1."""

    id: int
    heading: str
    text: str
    support: float
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question. A refusal has no sentences."""

    outcome: Outcome
    sentences: tuple[QuotedSentence, ...] = ()
    source: str = ""

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


REFUSAL = Answer(Outcome.REFUSED)


def extract(topic: Topic, passages: Sequence[Passage]) -> Answer:
    """Return the sentences that answer a question; a refusal when none does."""
    best: tuple[float, Passage, ChunkQuote] | None = None
    for passage in passages:
        for quote in sentences_of(passage):
            worth = _worth(topic, passage, quote)
            if worth > 0 and (best is None or worth > best[0]):
                best = (worth, passage, quote)
    if best is None:
        return REFUSAL
    _worth_of_best, passage, quote = best
    outcome = Outcome.ANSWERED if passage.support >= SURE else Outcome.DOUBTFUL
    return Answer(outcome, (QuotedSentence(quote.text, (quote,)),), passage.source)


def sentences_of(passage: Passage) -> Iterator[ChunkQuote]:
    """Yield the sentences of a chunk, each as a quote of it."""
    start = 0
    ends = [found.end() for found in _TERMINAL.finditer(passage.text)]
    for end in [*(each for each in ends if _is_end(passage.text, each)), len(passage.text)]:
        text = passage.text[start:end]
        left = start + len(text) - len(text.lstrip())
        stripped = text.strip()
        if stripped and len(stripped) <= MAX_QUOTE:
            yield ChunkQuote(passage.id, stripped, left, left + len(stripped))
        start = end


def _is_end(text: str, end: int) -> bool:
    return text[end - 1] != "." or full_stop_ends(text, end - 1) is not End.NO


def _worth(topic: Topic, passage: Passage, quote: ChunkQuote) -> float:
    """Return how well a sentence answers; 0 when it does not name what is asked for."""
    if passage.support < DOUBTFUL or (topic.asks_price and not has_money(quote.text)):
        return 0.0
    named = named_share(topic.subject, f"{passage.heading} {quote.text}")
    if named < NAMED:
        return 0.0
    return passage.support + named + 0.5 * named_share(topic.subject, quote.text)


def named_share(subject: str, text: str) -> float:
    """Return how much of the words of a subject a text has, by their letters; 1 for an empty subject.

    The least known word counts as much as all together: "Luna" is missing in "Lampada Sole".
    """
    words = [word for word in subject.split() if len(word) > 2]
    if not words:
        return 1.0
    own = set(gram_counts(text)[0].tolist())
    shares = []
    for word in words:
        grams = gram_counts(word)[0].tolist()
        shares.append(sum(gram in own for gram in grams) / max(len(grams), 1))
    return (min(shares) + sum(shares) / len(shares)) / 2
