import asyncio
from argparse import ArgumentParser
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from moderation.defaults import LANGUAGES, default_blocklist, shipped_lexicon
from moderation.errors import ModerationError
from moderation.evaluation import EvaluationCase, FunctionalityScore, evaluate, flags_of, read_cases
from moderation.providers.openai_moderation import OpenAIModeration
from moderation.stage.moderator import Moderator
from providers.model_settings import open_openai_server

ROW = "{:<24}{:>6}{:>8}{:>9}{:>9}"
MODEL_ROW = ROW + "{:>9}{:>12}"
MODEL_TIMEOUT_S = 10.0  # nobody waits for these


class Command(BaseCommand):
    help = "Print the gate's recall and false-positive rate per functionality on a HateCheck-shaped CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", choices=LANGUAGES, help="add the language's ready-made blocklist")
        parser.add_argument("--safe-mode", action="store_true", help="count a medium risk as high")
        parser.add_argument("--model", action="store_true", help="ask the moderation model about each case")

    def handle(
        self, *args: Any, file: Path, language: str | None, safe_mode: bool, model: bool, **options: Any
    ) -> None:
        try:
            cases = read_cases(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} lacks functionality, test_case or label_gold.") from error
        blocklist = default_blocklist(language) if language else []
        moderator = Moderator(blocklist, shipped=shipped_lexicon(), safe_mode=safe_mode)
        flagged = self._ask(cases) if model else []
        scores = evaluate(cases, moderator, flagged=flagged)
        for heading, hateful in (("recall", True), ("false positives", False)):
            self._print(heading, [score for score in scores if score.hateful is hateful], model=model)
        if unanswered := flagged.count(None):
            self.stdout.write(f"The model has not answered for {unanswered} of {len(cases)} cases.")

    def _ask(self, cases: list[EvaluationCase]) -> list[bool | None]:
        if not (settings.OPENAI_API_KEY and settings.OPENAI_MODERATION_MODEL):
            raise CommandError("--model needs OPENAI_API_KEY and OPENAI_MODERATION_MODEL.")
        try:
            return asyncio.run(_flags_of(cases))
        except ModerationError as error:
            raise CommandError(str(error)) from error

    def _print(self, heading: str, scores: list[FunctionalityScore], *, model: bool) -> None:
        row = MODEL_ROW if model else ROW
        self.stdout.write(row.format(heading, "cases", "high", "high %", "medium %", "model %", "together %"))
        if scores:
            scores = [*scores, _total(scores)]
        for score in scores:
            rates = (_percent(n, score) for n in (score.high, score.medium, score.flagged, score.stopped))
            self.stdout.write(row.format(score.functionality, score.cases, score.high, *rates))
        self.stdout.write("")


async def _flags_of(cases: list[EvaluationCase]) -> list[bool | None]:
    async with AsyncExitStack() as stack:
        server = open_openai_server(stack, "The moderation model")
        if server is None:
            raise ModerationError("No key for a moderation model is configured.", permanent=True)
        gate = OpenAIModeration(server, settings.OPENAI_MODERATION_MODEL, timeout_s=MODEL_TIMEOUT_S)
        return await flags_of(cases, gate)


def _total(scores: list[FunctionalityScore]) -> FunctionalityScore:
    columns = zip(*((s.cases, s.high, s.medium, s.flagged, s.stopped) for s in scores), strict=True)
    return FunctionalityScore("all", scores[0].hateful, *(sum(column) for column in columns))


def _percent(count: int, score: FunctionalityScore) -> str:
    return f"{100 * count / score.cases:.1f}"
