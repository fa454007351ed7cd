"""Computes the weights with which the gate recognises statements that need facts.

The labelled replies are in `tests/data/planner/statements` (sections `# language kind`; the kind `harmless`
may be said) and `tests/data/planner/replies_to_be_voiced.jsonl`; the host's own ready lines are harmless as
well. A threshold is exceeded by a given share of the harmless replies, each judged by weights that were
computed without it.
"""

import hashlib
import json
import math
import re
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.stage.claims.statements import features_of
from planner.stage.sentences import split_sentences

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests/data/planner/statements"
REPLIES = ROOT / "tests/data/planner/replies_to_be_voiced.jsonl"
WEIGHTS = ROOT / "planner/stage/claims/weights.json"
# These have patterns or reviews of their own.
OTHERWISE_FOUND = frozenset({"demand", "oath", "address", "number"})
# Of the harmless replies of the set, which are chosen to be near; of answers to a line that demands words.
SHARE_REFUSED, SHARE_REFUSED_STRICTLY = 0.02, 0.08
FOLDS = 4
ROUNDS = 300
STEP = 0.1
DECAY = 0.1
STATED_COUNTS, HARMLESS_COUNTS = 3.0, 4.0
SMALLEST = 0.05
FEWEST_EXAMPLES = 2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A reply. `counts`: how much it weighs; ready lines are many and alike."""

    text: str
    is_stated: bool
    counts: float
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of features, and what is added to their sum."""

    weights: dict[str, float]
    bias: float

    def score(self, example: Example) -> float:
        """Return how surely a reply is a statement that needs facts."""
        features = features_of(example.text, example.chat)
        known = [self.weights[feature] for feature in features if feature in self.weights]
        return self.bias + (sum(known) / math.sqrt(len(known)) if known else 0.0)


def main(arguments: Sequence[str] | None = None) -> None:
    ArgumentParser(prog="python -m bench.statement_weights", description=__doc__).parse_args(arguments)
    examples = [*labelled(), *ready_lines()]
    model, scores = trained(examples), _scores_of_harmless(examples)
    weights = {
        name: round(weight, 2) for name, weight in sorted(model.weights.items()) if abs(weight) >= SMALLEST
    }
    table = {
        "examples": digest(),
        "threshold": round(float(np.quantile(scores, 1 - SHARE_REFUSED)), 2),
        "strict_threshold": round(float(np.quantile(scores, 1 - SHARE_REFUSED_STRICTLY)), 2),
        "bias": round(model.bias, 3),
        "weights": weights,
    }
    WEIGHTS.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples, {len(weights)} weights, threshold {table['threshold']}")


def digest() -> str:
    """Return what the labelled replies are recognised by, to tell whether the weights are theirs."""
    content = b"".join(path.read_bytes() for path in [*sorted(EXAMPLES.glob("*.txt")), REPLIES])
    return hashlib.sha256(content).hexdigest()[:16]


def labelled() -> Iterator[Example]:
    """Yield the labelled replies."""
    for path in sorted(EXAMPLES.glob("*.txt")):
        for row in read_sections(path):
            if row["kind"] not in OTHERWISE_FOUND:
                yield _example(row, is_stated=row["kind"] != "harmless")
    for line in REPLIES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] not in OTHERWISE_FOUND:
            yield _example(row, is_stated=row["outcome"] == "refused")


def read_sections(path: Path) -> Iterator[dict[str, str]]:
    """Yield a file's replies: `language`, `kind`, `chat` and `text`; a line `chat => text` is an answer."""
    language = kind = ""
    for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("# "):
            language, kind = line[2:].split()
            continue
        chat, _, text = line.rpartition(" => ")
        yield {"language": language, "kind": kind, "chat": chat, "text": text}


def ready_lines() -> Iterator[Example]:
    """Yield the lines that the host has ready."""
    for path in sorted((ROOT / "planner").rglob("*.toml")):
        if re.search(r"lines_|presets|questions_", str(path)):
            for line in _texts(tomllib.loads(path.read_text(encoding="utf-8"))):
                filled = re.sub(r"\{\w+\}", "Luna", line.replace("{count}", "5"))
                for sentence in split_sentences(filled, "it"):
                    yield Example(sentence, False, 1.0)


def trained(examples: Sequence[Example]) -> Model:
    """Return a logistic regression over the features, with decay of the weights (Adam, full batches)."""
    found = [features_of(example.text, example.chat) for example in examples]
    counts = Counter(feature for features in found for feature in features)
    names = {
        name: place
        for place, name in enumerate(sorted(n for n, count in counts.items() if count >= FEWEST_EXAMPLES))
    }
    known = [[names[feature] for feature in sorted(features) if feature in names] for features in found]
    rows = np.repeat(np.arange(len(known)), [len(places) for places in known])
    columns = np.array([place for places in known for place in places])
    values = np.repeat(
        [1 / math.sqrt(max(len(places), 1)) for places in known], [len(places) for places in known]
    )
    wanted = np.array([example.is_stated for example in examples], float)
    importance = np.array([example.counts for example in examples])
    weights, bias = _descend(rows, columns, values, wanted, importance, len(names))
    return Model({name: float(weights[place]) for name, place in names.items()}, bias)


def _descend(
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    values: Floats,
    wanted: Floats,
    importance: Floats,
    size: int,
) -> tuple[Floats, float]:
    weights, mean, spread = np.zeros(size + 1), np.zeros(size + 1), np.zeros(size + 1)
    for step in range(1, ROUNDS + 1):
        sums = np.bincount(rows, values * weights[columns], len(wanted)) + weights[-1]
        errors = (1 / (1 + np.exp(-sums)) - wanted) * importance
        slope = np.append(
            np.bincount(columns, values * errors[rows], size) + DECAY * weights[:-1], errors.sum()
        )
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights -= STEP * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return weights[:-1], float(weights[-1])


def _scores_of_harmless(examples: Sequence[Example]) -> list[float]:
    scores: list[float] = []
    for fold in range(FOLDS):
        model = trained([example for place, example in enumerate(examples) if place % FOLDS != fold])
        scores += [
            model.score(example)
            for place, example in enumerate(examples)
            if place % FOLDS == fold and not example.is_stated and example.counts > 1
        ]
    return scores


def _example(row: dict[str, str], *, is_stated: bool) -> Example:
    if is_stated:
        return Example(row["text"], True, STATED_COUNTS)
    return Example(row["text"], False, HARMLESS_COUNTS, row["chat"])


def _texts(table: Any) -> Iterator[str]:  # Any: what a TOML file may hold
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict | list):
        for entry in table.values() if isinstance(table, dict) else table:
            yield from _texts(entry)


if __name__ == "__main__":
    main()
