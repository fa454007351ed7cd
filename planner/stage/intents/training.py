"""Trains the intent model: `python -m planner.stage.intents.training` writes the weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from planner.stage.intents.classifier import OTHER, WEIGHTS
from planner.stage.intents.features import BUCKETS, buckets_of, words_of
from planner.stage.intents.phrasings import expand, read_phrasings
from planner.stage.lines import LANGUAGES

EPOCHS = 14
BATCH = 256
RATE = 0.5
DECAY = 2e-6
SCALE = 12.0
OTHER_COPIES = 2
# What viewers put before and after what they mean; in front of every intent, so that it means none.
AROUND = {
    "it": (
        ("ciao", "ma", "raga", "scusa", "ehi", "senti", "oh", "bro", "allora"),
        ("dai", "😂", "per favore", "raga", "boh", "🙏"),
    ),
    "en": (
        ("hey", "bro", "so", "hi", "yo", "ok", "wait", "lol", "um"),
        ("pls", "lol", "😂", "please", "bro", "tho", "🙏"),
    ),
    "de": (
        ("hey", "hallo", "ey", "sag mal", "also", "na", "bro", "mal ne frage"),
        ("bitte", "😂", "digga", "bro", "mal", "🙏"),
    ),
}
ALONE = frozenset({"greeting", "bye", "laugh", "emoji", "agree", "disagree", "wow", OTHER})


@dataclass(frozen=True, slots=True)
class Example:
    buckets: NDArray[np.int32]
    label: int


def examples(seed: int = 7) -> tuple[list[Example], tuple[str, ...]]:
    """Return the examples of all languages and the labels that they number."""
    random = Random(seed)  # noqa: S311 (no secret)
    books = {language: read_phrasings(language) for language in LANGUAGES}
    labels = tuple(sorted({intent for book in books.values() for intent in book}))
    rows = [
        Example(buckets_of(words_of(text)), labels.index(intent))
        for language, book in books.items()
        for intent, lines in book.items()
        for text in _varied(expand(lines, random), intent, language, random)
        if words_of(text)
    ]
    random.shuffle(rows)
    return rows, labels


def _varied(texts: list[str], intent: str, language: str, random: Random) -> Iterator[str]:
    before, after = AROUND[language]
    for text in texts:
        yield from [text] * (OTHER_COPIES if intent == OTHER else 1)
        if intent not in ALONE:
            chance = random.random()
            if chance < 0.3:
                yield f"{random.choice(before)} {text}"
            elif chance < 0.45:
                yield f"{text} {random.choice(after)}"
        if len(text) > 8 and random.random() < 0.3:
            yield _mistyped(text, random)


def _mistyped(text: str, random: Random) -> str:
    place = random.randrange(1, len(text) - 1)
    if random.random() < 0.5:
        return text[:place] + text[place + 1 :]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def train(rows: list[Example], labels: tuple[str, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights, shape (buckets, labels), and bias of a softmax model, by AdaGrad."""
    weights = np.zeros((BUCKETS, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    seen = np.full((BUCKETS, len(labels)), 1e-3, np.float32)
    seen_bias = np.full(len(labels), 1e-3, np.float32)
    random = Random(1)  # noqa: S311 (no secret)
    for _ in range(EPOCHS):
        random.shuffle(rows)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            sizes = np.array([len(row.buckets) for row in batch])
            flat = np.concatenate([row.buckets for row in batch])
            values = np.repeat(SCALE / np.sqrt(sizes), sizes).astype(np.float32)[:, None]
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
            scores = np.add.reduceat(weights[flat] * values, starts) + bias
            odds = np.exp(scores - scores.max(axis=1, keepdims=True))
            errors = odds / odds.sum(axis=1, keepdims=True)
            errors[np.arange(len(batch)), [row.label for row in batch]] -= 1
            used, places = np.unique(flat, return_inverse=True)
            order = np.argsort(places, kind="stable")
            spread = (np.repeat(errors, sizes, axis=0) * values)[order]
            slope = np.add.reduceat(spread, np.searchsorted(places[order], np.arange(len(used)))) / BATCH
            slope += DECAY * weights[used]
            seen[used] += slope**2
            weights[used] -= RATE * slope / np.sqrt(seen[used]) * 0.1
            slope_bias = errors.mean(axis=0)
            seen_bias += slope_bias**2
            bias -= RATE * slope_bias / np.sqrt(seen_bias) * 0.1
    return weights * SCALE, bias


def main() -> None:
    """Train on all phrasings and write the weights beside this file."""
    rows, labels = examples()
    weights, bias = train(rows, labels)
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6) / 127
    packed = np.rint(weights / scale).astype(np.int8)
    target = Path(__file__).with_name(WEIGHTS)
    np.savez_compressed(
        target, labels=np.array(labels), weights=packed, scale=scale.astype(np.float32), bias=bias
    )
    print(f"{len(rows)} examples, {len(labels)} labels, {target.stat().st_size // 1024} kB")  # noqa: T201


if __name__ == "__main__":
    main()
