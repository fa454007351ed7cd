"""Scores a comment against every intent: a linear model over hashed n-grams, read from one small file."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.features import buckets_of, words_of

WEIGHTS = "weights.npz"
OTHER = "other"  # talk that no intent covers
FEW_WORDS = 2  # names and shouts look like many things, so they have limits of their own
_REMEMBERED = 1_024


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest intent, its probability from 0 to 1, and the probability of `OTHER`.

    `is_sure`: the probability reaches the intent's limit.
    """

    intent: str
    probability: float
    other: float
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class IntentModel:
    """A linear model of int8 weights. `limits` holds the probability from which an intent counts."""

    labels: tuple[str, ...]
    weights: NDArray[np.int8]  # shape (buckets, labels)
    scale: NDArray[np.float32]  # shape (labels,)
    bias: NDArray[np.float32]  # shape (labels,)
    limits: NDArray[np.float32]  # shape (labels, 2): for few words, for more


@lru_cache(maxsize=_REMEMBERED)
def guess_intent(text: str, language: str) -> Guess:
    """Return the likeliest intent of a comment; `OTHER` without a word.

    `language` is that of the live, one of `LANGUAGES`; the comment may be in another of them.
    """
    words = words_of(text)
    if not words:
        return Guess(OTHER, 1.0, 1.0)
    model = load_intent_model()
    buckets = buckets_of(text, language)
    summed = model.weights[buckets].sum(axis=0, dtype=np.int32)
    scores = summed * model.scale / np.sqrt(np.float32(len(buckets))) + model.bias
    odds = np.exp(scores - scores.max())
    shares = odds / odds.sum()
    best = int(shares.argmax())
    limit = model.limits[best, int(len(words) > FEW_WORDS)]
    return Guess(
        intent=model.labels[best],
        probability=float(shares[best]),
        other=float(shares[model.labels.index(OTHER)]),
        is_sure=bool(shares[best] >= limit),
    )


@cache
def load_intent_model() -> IntentModel:
    """Read the weights; otherwise the first comment waits for it."""
    with as_file(files(__package__).joinpath(WEIGHTS)) as path, np.load(path) as stored:
        return IntentModel(
            tuple(str(label) for label in stored["labels"]),
            stored["weights"],
            stored["scale"],
            stored["bias"],
            stored["limits"],
        )
