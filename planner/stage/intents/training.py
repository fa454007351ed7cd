"""Trains the intent model: `python -m planner.stage.intents.training` writes the weights and their limits."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.calibration import Scored, limits_of
from planner.stage.intents.classifier import WEIGHTS
from planner.stage.intents.examples import FOLDS, Example, make_examples
from planner.stage.intents.features import BUCKETS

EPOCHS = 6
BATCH = 256
RATE = 0.05
DECAY = 2e-6
SCALE = 12.0

Floats = NDArray[np.float32]


class SoftmaxTrainer:
    """Fits the weights, shape (buckets, labels), and the bias of a softmax model by AdaGrad."""

    def __init__(self, labels: int) -> None:
        self.weights: Floats = np.zeros((BUCKETS, labels), np.float32)
        self.bias: Floats = np.zeros(labels, np.float32)
        self._seen: Floats = np.full((BUCKETS, labels), 1e-3, np.float32)
        self._seen_bias: Floats = np.full(labels, 1e-3, np.float32)

    def fit(self, rows: Sequence[Example]) -> None:
        """Go through all rows several times, in an order that is always the same."""
        random, rows = Random(1), list(rows)  # noqa: S311 (no secret)
        for _ in range(EPOCHS):
            random.shuffle(rows)
            for start in range(0, len(rows), BATCH):
                self._step(rows[start : start + BATCH])

    def shares(self, rows: Sequence[Example]) -> Floats:
        """Return the probability of each label, shape (rows, labels)."""
        batches = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
        return np.concatenate([self._shares(*_flat(batch)) for batch in batches])

    def _shares(self, flat: NDArray[np.int32], sizes: NDArray[np.int64], values: Floats) -> Floats:
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        scores = np.add.reduceat(self.weights[flat] * values, starts) + self.bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def _step(self, batch: Sequence[Example]) -> None:
        flat, sizes, values = _flat(batch)
        errors = self._shares(flat, sizes, values)
        errors[np.arange(len(batch)), [row.label for row in batch]] -= 1
        used, places = np.unique(flat, return_inverse=True)
        order = np.argsort(places, kind="stable")
        spread = (np.repeat(errors, sizes, axis=0) * values)[order]
        slope = np.add.reduceat(spread, np.searchsorted(places[order], np.arange(len(used)))) / BATCH
        slope += DECAY * self.weights[used]
        self._seen[used] += slope**2
        self.weights[used] -= RATE * slope / np.sqrt(self._seen[used])
        slope_bias = errors.mean(axis=0)
        self._seen_bias += slope_bias**2
        self.bias -= RATE * slope_bias / np.sqrt(self._seen_bias)


def _flat(batch: Sequence[Example]) -> tuple[NDArray[np.int32], NDArray[np.int64], Floats]:
    """Return the buckets of a batch in one row, how many each example has, and the value of each bucket."""
    sizes = np.array([len(row.buckets) for row in batch])
    values = np.repeat(SCALE / np.sqrt(sizes), sizes).astype(np.float32)[:, None]
    return np.concatenate([row.buckets for row in batch]), sizes, values


def train(rows: Sequence[Example], labels: tuple[str, ...]) -> SoftmaxTrainer:
    """Return a model of the rows."""
    trainer = SoftmaxTrainer(len(labels))
    trainer.fit(rows)
    return trainer


def score_unseen(rows: Sequence[Example], labels: tuple[str, ...]) -> list[Scored]:
    """Return how a model that has not seen an example's line scores it, for every example."""
    scored = []
    for fold in range(FOLDS):
        model = train([row for row in rows if row.fold != fold], labels)
        held_back = [row for row in rows if row.fold == fold]
        for row, shares in zip(held_back, model.shares(held_back), strict=True):
            best = int(shares.argmax())
            scored.append(Scored(row.label, best, float(shares[best]), row.words))
    return scored


def main() -> None:
    """Train on all phrasings and write the weights beside this file."""
    rows, labels = make_examples()
    limits = limits_of(score_unseen(rows, labels), labels)
    model = train(rows, labels)
    weights = model.weights * SCALE
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6) / 127
    np.savez_compressed(
        Path(__file__).with_name(WEIGHTS),
        labels=np.array(labels),
        weights=np.rint(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=model.bias,
        limits=limits,
    )


if __name__ == "__main__":
    main()
