import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django_scopes import scope, scopes_disabled

from chatsources.replay import ReplayError
from livesessions.models.shows import Show
from rehearsals.rehearsal.chat_source import SIMULATOR, OpenChat, open_recording, open_simulator
from rehearsals.rehearsal.report_text import report_lines
from rehearsals.rehearsal.runner import SHOW_RELATIONS, rehearse_show
from rehearsals.rehearsal.simulation import ModelChoice, NoModelError, RehearsalOptions


class Command(BaseCommand):
    help = "Simulate a live of a show against a recorded chat on a virtual clock, and print a report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", required=True, help="the show's id or name")
        parser.add_argument("--chat", required=True, help=f"a recording, or `{SIMULATOR}`")
        parser.add_argument("--minutes", type=float, default=30.0)
        parser.add_argument("--llm", type=ModelChoice, choices=list(ModelChoice), default=ModelChoice.OFFLINE)
        parser.add_argument(
            "--real-time", action="store_true", help="use the real clock: takes as long as the live"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
        parser.add_argument("--no-script", action="store_true", help="print the figures and checks only")

    def handle(self, *args: Any, chat: str, **options: Any) -> None:
        chosen = RehearsalOptions(
            options["minutes"], options["llm"], options["seed"], real_time=options["real_time"]
        )
        if chosen.minutes <= 0:
            raise CommandError("--minutes must be greater than 0.")
        if chosen.model is ModelChoice.CONFIGURED and not chosen.real_time:
            raise CommandError(
                "Configured models answer in real time, so they cannot use a virtual clock. Add --real-time"
                f" and wait for {chosen.minutes:g} minutes, or use --llm fake."
            )
        show = _find_show(options["show"])
        with scope(tenant=show.tenant):
            try:
                report = rehearse_show(show=show, open_chat=_open(chat, show, chosen.seed), options=chosen)
            except NoModelError as error:
                raise CommandError(f"{error} Set OPENAI_API_KEY.") from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for line in report_lines(report, with_script=not options["no_script"]):
            self.stdout.write(line)


def _find_show(wanted: str) -> Show:
    try:
        named = Q(id=UUID(wanted))
    except ValueError:
        named = Q(name=wanted)
    with scopes_disabled():
        found = list(Show.objects.filter(named).select_related(*SHOW_RELATIONS)[:2])
    if not found:
        raise CommandError(f"There is no show {wanted}.")
    if len(found) > 1:
        raise CommandError(f"Several shows are called {wanted}. Give the id of one.")
    return found[0]


def _open(chat: str, show: Show, seed: int) -> OpenChat:
    if chat == SIMULATOR:
        return open_simulator(language=show.language, seed=seed)
    try:
        return open_recording(Path(chat), language=show.language)
    except (OSError, ReplayError) as error:
        raise CommandError(f"Cannot read {chat}: {error}") from error
