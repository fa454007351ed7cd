from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.defaults import LANGUAGES, default_blocklist, shipped_lexicon
from moderation.evaluation import Score, evaluate, read_cases
from moderation.stage.moderator import Moderator

ROW = "{:<24}{:>6}{:>8}{:>9}{:>9}"


class Command(BaseCommand):
    help = "Print the gate's recall and false-positive rate per functionality on a HateCheck-shaped CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", choices=LANGUAGES, help="add the language's ready-made blocklist")
        parser.add_argument("--safe-mode", action="store_true", help="count a medium risk as high")

    def handle(self, *args: Any, file: Path, language: str | None, safe_mode: bool, **options: Any) -> None:
        try:
            cases = read_cases(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} lacks functionality, test_case or label_gold.") from error
        blocklist = default_blocklist(language) if language else []
        scores = evaluate(cases, Moderator(blocklist, shipped=shipped_lexicon(), safe_mode=safe_mode))
        for heading, hateful in (("recall", True), ("false positives", False)):
            self._print(heading, [score for score in scores if score.hateful is hateful])

    def _print(self, heading: str, scores: list[Score]) -> None:
        self.stdout.write(ROW.format(heading, "cases", "high", "high %", "medium %"))
        for score in scores:
            self.stdout.write(_row(score.functionality, score.cases, score.high, score.medium))
        cases = sum(score.cases for score in scores)
        if cases:
            high, medium = (sum(counts) for counts in zip(*((s.high, s.medium) for s in scores), strict=True))
            self.stdout.write(_row("all", cases, high, medium))
        self.stdout.write("")


def _row(name: str, cases: int, high: int, medium: int) -> str:
    return ROW.format(name, cases, high, f"{100 * high / cases:.1f}", f"{100 * medium / cases:.1f}")
