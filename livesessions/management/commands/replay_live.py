import asyncio
import math
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chatsources.events import EventKind, LiveEvent
from chatsources.port import ChatSource
from chatsources.replay import ReplayError, open_replay
from livesessions.pipeline.intake.streaks import StreakMerger


@dataclass
class ReplayReport:
    """The contents of a recording, and how long it took to read."""

    kinds: Counter[str] = field(default_factory=Counter)
    thanks: list[LiveEvent] = field(default_factory=list)
    elapsed_s: float = 0.0


class Command(BaseCommand):
    help = "Read a recording (webcast capture or chat log) as a live would, and count its events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            source = open_replay(file, speed=math.inf)
        except (OSError, ReplayError) as error:
            raise CommandError(f"Cannot replay {file}: {error}") from error
        report = asyncio.run(_read(source))
        self._print(source, report)

    def _print(self, source: ChatSource, report: ReplayReport) -> None:
        for kind, number in sorted(report.kinds.items()):
            self.stdout.write(f"{kind:<12}{number:>8}")
        counts = source.counts
        self.stdout.write(
            f"received {counts.received}, decoded {counts.decoded}, unknown {counts.unknown}, "
            f"broken {counts.broken}"
        )
        for gift in report.thanks:
            name = gift.viewer.name if gift.viewer else ""
            self.stdout.write(f"thanks: {name} · {gift.gift.name if gift.gift else ''} × {gift.count}")
        per_message_us = report.elapsed_s / max(counts.received, 1) * 1e6
        self.stdout.write(f"{per_message_us:.2f} µs per message, reading and decoding")


async def _read(source: ChatSource) -> ReplayReport:
    report, streaks = ReplayReport(), StreakMerger()
    began_s = time.perf_counter()
    async with aclosing(source.events()) as events:
        async for event in events:
            report.kinds[event.kind.value] += 1
            if event.kind is EventKind.GIFT:
                report.thanks += streaks.add(event, event.occurred_at.timestamp())
    report.elapsed_s = time.perf_counter() - began_s
    report.thanks += streaks.expire(math.inf)
    return report
