"""BM25 over integer terms, in arrays.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Measured on SQuAD-it and XQuAD: `make bench-retrieval`.
K1, B = 0.8, 0.6

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Of every document: its score, and how much of the query it has, weighted by rarity, 0 to 1."""

    values: Floats
    coverage: Floats


class Bm25:
    """Scores documents for a query. `terms`, `documents` and `counts` are parallel: one entry for each term
    of each document, in any order; `size` is the number of documents."""

    def __init__(self, terms: Ints, documents: Ints, counts: Ints, size: int) -> None:
        self._size = size
        lengths = np.bincount(documents, weights=counts, minlength=size)
        average = float(lengths.mean()) if size else 1.0
        order = np.argsort(terms, kind="stable")
        self._terms, starts = np.unique(terms[order], return_index=True)
        self._bounds = np.append(starts, len(terms))
        self._documents = documents[order].astype(np.int32)
        found = np.diff(self._bounds)
        self._idf = np.log1p((size - found + 0.5) / (found + 0.5))
        count = counts[order].astype(np.float32)
        norm = K1 * (1 - B + B * lengths[self._documents] / max(average, 1e-9))
        weight = count * (K1 + 1) / (count + norm) * np.repeat(self._idf, found)
        self._weights = weight.astype(np.float32)
        # A term that no document has counts against a question as much as the rarest one.
        self._unknown_idf = float(np.log1p((size + 0.5) / 0.5))

    def scores(self, terms: Iterable[int]) -> Scores:
        """Return every document's score for a query's terms, each counted once."""
        values = np.zeros(self._size, np.float32)
        coverage = np.zeros(self._size, np.float32)
        possible = 0.0
        for term in set(terms):
            place = int(np.searchsorted(self._terms, term))
            if place == len(self._terms) or self._terms[place] != term:
                possible += self._unknown_idf
                continue
            first, last = self._bounds[place], self._bounds[place + 1]
            documents = self._documents[first:last]
            values[documents] += self._weights[first:last]
            coverage[documents] += self._idf[place]
            possible += float(self._idf[place])
        return Scores(values, coverage / max(possible, 1e-9))
