import json
import platform
import random
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from moderation.defaults import shipped_lexicon
from moderation.stage.moderator import Moderator

TERMS = 20_000
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "tra", "cri"]
TARGET_P50_US = 30.0
TARGET_P95_US = 100.0
CHAT = "tests/data/chat"


class Command(BaseCommand):
    help = "Measure the gate's time for a chat line, with 20,000 terms of a tenant and the shipped lists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chat", type=Path, default=Path(settings.BASE_DIR) / CHAT)

    def handle(self, *args: Any, chat: Path, **options: Any) -> None:
        lines = _chat_lines(chat)
        if len(lines) < 2:
            raise CommandError(f"{chat} holds no chat lines.")
        started_s = time.perf_counter()
        moderator = Moderator(_terms(), shipped=shipped_lexicon())
        ready_ms = (time.perf_counter() - started_s) * 1000
        new = _times_us(moderator, lines)
        known = _times_us(moderator, lines)
        figures: dict[str, Any] = {
            "terms": TERMS,
            "lines": len(lines),
            "ready_ms": round(ready_ms),
            "p50_us": _percentile(new, 50),
            "p95_us": _percentile(new, 95),
            "p50_us_words_known": _percentile(known, 50),
            "p95_us_words_known": _percentile(known, 95),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
        }
        for name, value in figures.items():
            self.stdout.write(f"{name:<20}{value}")
        met = figures["p50_us"] <= TARGET_P50_US and figures["p95_us"] <= TARGET_P95_US
        targets = {"p50_us": TARGET_P50_US, "p95_us": TARGET_P95_US}
        self.stdout.write(json.dumps({"figures": figures, "targets": targets, "met": met}))


def _chat_lines(path: Path) -> list[str]:
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = (json.loads(row) for file in files for row in file.read_text(encoding="utf-8").splitlines())
    return [row["message"] for row in rows if row.get("message")]


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
    times = []
    for line in lines:
        before_ns = time.perf_counter_ns()
        moderator.review(line)
        times.append((time.perf_counter_ns() - before_ns) / 1000)
    return times


def _percentile(times_us: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(times_us, n=100)[percent - 1], 1)
