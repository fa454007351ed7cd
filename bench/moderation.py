"""Measures the gate's time for a chat line, with 20,000 terms of a tenant and the shipped lists."""

import json
import random
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.report import BenchError, Target, reported
from livesessions.worker.startup_heap import freeze_startup_heap
from moderation.defaults import shipped_terms
from moderation.stage.lexicon import Lexicon
from moderation.stage.moderator import Moderator

TERMS = 20_000
ROUNDS = 3
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "tra", "cri"]
TARGETS = (
    Target("p50_us", at_most=30.0, scaled=True),
    Target("p95_us", at_most=100.0, scaled=True),
    Target("worst_hostile_ms", at_most=50.0, scaled=True),  # no line holds the event loop up
)
HOSTILE = (
    *("🙃" * 500, "a" * 10_000, "..." * 1_000, "1." * 5_000, "a.b" * 3_000, "+1 2 3 4" * 1_000),
    *("!" * 2_000, "a " * 1_000, "a-" * 1_000, "a@" * 1_000, "1.a" * 700),
)
CHAT = "tests/data/chat"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.moderation", description=__doc__)
    parser.add_argument("--chat", type=Path, default=settings.BASE_DIR / CHAT)
    lines = _chat_lines(parser.parse_args(arguments).chat)
    with reported(TARGETS) as figures:
        figures |= measure(lines)
        for name, value in figures.items():
            print(f"{name:<20}{value}")


def measure(lines: Sequence[str]) -> dict[str, Any]:
    """Time each line in several rounds, each with lists that have met no word yet; its best time counts."""
    terms, new, known, ready_ms = _terms(), [], [], []
    freeze_startup_heap()
    for _ in range(ROUNDS):
        started_s = time.thread_time()
        moderator = Moderator(terms, shipped=Lexicon(shipped_terms()))
        ready_ms.append((time.thread_time() - started_s) * 1000)
        new.append(_times_us(moderator, lines))
        known.append(_times_us(moderator, lines))
    return _figures(_best(new), _best(known), ready_ms=min(ready_ms))


def _best(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [min(times) for times in zip(*rounds, strict=True)]


def _figures(new: Sequence[float], known: Sequence[float], *, ready_ms: float) -> dict[str, Any]:
    return {
        "terms": TERMS,
        "lines": len(new),
        "ready_ms": round(ready_ms),
        "p50_us": _percentile(new, 50),
        "p95_us": _percentile(new, 95),
        "p50_us_words_known": _percentile(known, 50),
        "p95_us_words_known": _percentile(known, 95),
        "worst_hostile_ms": _worst_hostile_ms(),
    }


def _chat_lines(path: Path) -> list[str]:
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = (json.loads(row) for file in files for row in file.read_text(encoding="utf-8").splitlines())
    lines = [row["message"] for row in rows if row.get("message")]
    if len(lines) < 2:
        raise BenchError(f"{path} holds no chat lines.")
    return lines


def _terms() -> list[str]:
    """Words and, for every fourth, phrases: made up, all different, the same at every run."""
    rng = random.Random(20_000)  # noqa: S311 - a fixed sample, no secret
    terms: dict[str, None] = {}
    while len(terms) < TERMS:
        words = 2 if len(terms) % 4 == 0 else 1
        made = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(words)]
        terms[" ".join(made)] = None
    return list(terms)


def _times_us(moderator: Moderator, lines: Sequence[str]) -> list[float]:
    """Return the CPU time of each line."""
    times = []
    for line in lines:
        before_ns = time.thread_time_ns()
        moderator.review(line)
        times.append((time.thread_time_ns() - before_ns) / 1000)
    return times


def _worst_hostile_ms() -> float:
    """Return the time of the line that takes longest, of those that were made to take long."""
    moderator = Moderator(["scemo", "*scam*"], shipped=Lexicon(shipped_terms()))
    rounds = [_times_us(moderator, HOSTILE) for _ in range(ROUNDS)]
    return round(max(_best(rounds)) / 1000, 2)


def _percentile(times_us: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(times_us, n=100)[percent - 1], 1)


if __name__ == "__main__":
    main()
