"""The search index of one workspace: three legs, fused by a convex combination.

Convex fusion beats reciprocal ranks in and out of domain (Bruch et al., arXiv 2210.11934); the weights were
measured with `make bench-retrieval`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.bm25 import Bm25, Scores
from knowledge.retrieval.terms import coded, gram_counts, lexeme_counts

LEXICAL, GRAMS, VECTOR = "words", "letters", "meaning"
WEIGHTS = {LEXICAL: 0.5, GRAMS: 0.5}
WEIGHTS_WITH_VECTORS = {LEXICAL: 0.3, GRAMS: 0.2, VECTOR: 0.5}
CANDIDATES = 50
# Of a hit's worth, how much is its own score and not its difference from the hits before (Carbonell, 1998).
MMR_LAMBDA = 0.7
_TWINS = 0.85  # share of words in common

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A chunk as the index reads it. `lexemes`: a `tsvector` as PostgreSQL writes it."""

    id: int
    source: object
    ordinal: int
    language: str
    lexemes: str
    text: str
    vector: bytes = b""


@dataclass(frozen=True, slots=True)
class Query:
    """A question: its lexemes by language, its text, and its vector if there is a model."""

    text: str
    lexemes: Mapping[str, Sequence[str]]
    vector: Floats | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. `legs`: the score of each leg, 0 to 1; `support`: how much of the question's
    words it has, weighted by how rare they are, 0 to 1."""

    id: int
    score: float
    support: float
    legs: Mapping[str, float] = field(default_factory=dict)


class SearchIndex:
    """Finds chunks for a question. Immutable; built anew for each version of the knowledge."""

    def __init__(self, entries: Sequence[IndexEntry]) -> None:
        self._ids = np.array([entry.id for entry in entries], np.int64)
        self._words: list[frozenset[int]] = []
        self._vocabulary: dict[str, int] = {}
        self.languages = tuple(sorted({entry.language for entry in entries}))
        self._lexical = self._count_lexemes(entries)
        self._grams = _count_grams(entries)
        self._vectors = _stack(entries)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, query: Query, limit: int) -> list[Hit]:
        """Return the best chunks, the best first; twins of better ones are left out."""
        if not len(self):
            return []
        lexical, legs = self._legs(query)
        weights = WEIGHTS_WITH_VECTORS if VECTOR in legs else WEIGHTS
        fused = sum(
            (weights[name] * _scaled(values) for name, values in legs.items()), np.zeros(1, np.float32)
        )
        count = min(CANDIDATES, len(self))
        best = np.argpartition(-fused, count - 1)[:count]
        ranked = [int(each) for each in best[np.argsort(-fused[best], kind="stable")] if fused[each] > 0]
        scaled = {name: _scaled(values) for name, values in legs.items()}
        return [
            Hit(
                id=int(self._ids[each]),
                score=float(fused[each]),
                support=float(lexical.coverage[each]),
                legs={name: round(float(values[each]), 3) for name, values in scaled.items()},
            )
            for each in self._without_twins(ranked, fused, limit)
        ]

    def _legs(self, query: Query) -> tuple[Scores, dict[str, Floats]]:
        lexical = self._best_language(query)
        buckets, _counts = gram_counts(query.text)
        legs = {LEXICAL: lexical.values, GRAMS: self._grams.scores(int(each) for each in buckets).values}
        if query.vector is not None and self._vectors is not None:
            legs[VECTOR] = np.maximum(self._vectors @ query.vector, 0).astype(np.float32)
        return lexical, legs

    def _best_language(self, query: Query) -> Scores:
        """Return the scores in all languages; a chunk has terms of its own language only."""
        values, coverage = np.zeros(len(self), np.float32), np.zeros(len(self), np.float32)
        for language, lexemes in query.lexemes.items():
            known = [self._vocabulary.get(term, -1) for term in coded(lexemes, language)]
            missing = [-2 - number for number in range(known.count(-1))]
            scores = self._lexical.scores([*(term for term in known if term >= 0), *missing])
            values = np.maximum(values, scores.values)
            coverage = np.maximum(coverage, scores.coverage)
        return Scores(values, coverage)

    def _without_twins(self, ranked: Sequence[int], fused: Floats, limit: int) -> list[int]:
        chosen: list[int] = []
        waiting = list(ranked)
        while waiting and len(chosen) < limit:
            worth = {
                each: MMR_LAMBDA * float(fused[each]) - (1 - MMR_LAMBDA) * self._likeness(each, chosen)
                for each in waiting[: limit * 3]
            }
            best = max(worth, key=lambda each: worth[each])
            waiting.remove(best)
            chosen.append(best)
        return chosen

    def _likeness(self, each: int, chosen: Sequence[int]) -> float:
        """Return the share of words in common with a chosen chunk, when it is nearly the same."""
        words = self._words[each]
        most = 0.0
        for other in chosen:
            both = len(words & self._words[other])
            most = max(most, both / max(len(words | self._words[other]), 1))
        return most if most >= _TWINS else 0.0

    def _count_lexemes(self, entries: Sequence[IndexEntry]) -> Bm25:
        terms: list[int] = []
        documents: list[int] = []
        counts: list[int] = []
        for number, entry in enumerate(entries):
            own = []
            for lexeme, count in lexeme_counts(entry.lexemes):
                term = self._vocabulary.setdefault(f"{entry.language}:{lexeme}", len(self._vocabulary))
                own.append(term)
                documents.append(number)
                counts.append(count)
            terms.extend(own)
            self._words.append(frozenset(own))
        return Bm25(_ints(terms), _ints(documents), _ints(counts), len(entries))


def _count_grams(entries: Sequence[IndexEntry]) -> Bm25:
    found = [gram_counts(entry.text) for entry in entries]
    sizes = [len(buckets) for buckets, _counts in found]
    documents = np.repeat(np.arange(len(entries), dtype=np.int64), sizes)
    terms = np.concatenate([buckets for buckets, _counts in found]) if found else _ints([])
    counts = np.concatenate([counts for _buckets, counts in found]) if found else _ints([])
    return Bm25(terms, documents, counts, len(entries))


def _stack(entries: Sequence[IndexEntry]) -> Floats | None:
    """Return the chunks' vectors as one matrix; None unless every chunk has one of the same length."""
    lengths = {len(entry.vector) for entry in entries}
    if len(lengths) != 1 or 0 in lengths:
        return None
    joined = b"".join(entry.vector for entry in entries)
    return np.frombuffer(joined, dtype="<f2").astype(np.float32).reshape(len(entries), -1)


def _scaled(values: Floats) -> Floats:
    top = float(values.max(initial=0.0))
    return values / top if top > 0 else values


def _ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
