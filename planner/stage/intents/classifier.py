"""Scores a comment against every intent: a linear model over hashed n-grams, read from one small file."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.features import buckets_of, words_of

WEIGHTS = "weights.npz"
OTHER = "other"  # talk that no intent covers
_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest intent, its probability from 0 to 1, and the probability of `OTHER`."""

    intent: str
    probability: float
    other: float


@dataclass(frozen=True, slots=True)
class _Model:
    labels: tuple[str, ...]
    weights: NDArray[np.int8]  # shape (buckets, labels)
    scale: NDArray[np.float32]  # shape (labels,)
    bias: NDArray[np.float32]  # shape (labels,)


@lru_cache(maxsize=_REMEMBERED)
def guess_intent(text: str) -> Guess:
    """Return the likeliest intent of a comment in Italian, English or German; `OTHER` without a word."""
    words = words_of(text)
    if not words:
        return Guess(OTHER, 1.0, 1.0)
    model = load_intent_model()
    buckets = buckets_of(words)
    summed = model.weights[buckets].sum(axis=0, dtype=np.int32)
    scores = summed * model.scale / np.sqrt(np.float32(len(buckets))) + model.bias
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    best = int(shares.argmax())
    return Guess(model.labels[best], float(shares[best]), float(shares[model.labels.index(OTHER)]))


@cache
def load_intent_model() -> _Model:
    """Read the weights; otherwise the first comment waits for it."""
    with as_file(files(__package__).joinpath(WEIGHTS)) as path, np.load(path) as stored:
        return _Model(
            tuple(str(label) for label in stored["labels"]),
            stored["weights"],
            stored["scale"],
            stored["bias"],
        )
