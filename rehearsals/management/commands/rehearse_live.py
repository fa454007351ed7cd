import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.sources.replay import ReplayError
from rehearsals.rehearsal.chat import SIMULATOR, OpenChat, open_recording, open_simulator
from rehearsals.rehearsal.playing import SETTINGS_OF_A_SHOW, rehearse_show
from rehearsals.rehearsal.printing import report_lines
from rehearsals.rehearsal.run import NoModelError, Wishes, Writer


class Command(BaseCommand):
    help = "Play a whole live of a show against a recorded chat, on a clock that does not wait, and report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", required=True, help="the show's id or name")
        parser.add_argument("--chat", required=True, help=f"a recording, or `{SIMULATOR}`")
        parser.add_argument("--minutes", type=float, default=30.0)
        parser.add_argument("--llm", type=Writer, choices=list(Writer), default=Writer.OFFLINE)
        parser.add_argument("--real-time", action="store_true", help="wait as long as a live does")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--json", action="store_true", help="the whole report, for machines")
        parser.add_argument("--no-script", action="store_true", help="the figures alone")

    def handle(self, *args: Any, chat: str, **options: Any) -> None:
        wishes = Wishes(options["minutes"], options["llm"], options["seed"], real_time=options["real_time"])
        if wishes.minutes <= 0:
            raise CommandError("A rehearsal needs some minutes.")
        if wishes.writer is Writer.CONFIGURED and not wishes.real_time:
            raise CommandError(
                "Real models answer in real time, so they cannot be on a virtual clock. Add --real-time, and"
                f" wait for {wishes.minutes:g} minutes; or take --llm fake."
            )
        show = _find_show(options["show"])
        with scope(tenant=show.tenant):
            try:
                report = rehearse_show(show=show, open_chat=_open(chat, show, wishes), wishes=wishes)
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
        found = list(Show.objects.filter(named).select_related(*SETTINGS_OF_A_SHOW)[:2])
    if not found:
        raise CommandError(f"There is no show {wanted}.")
    if len(found) > 1:
        raise CommandError(f"Several shows are called {wanted}. Name one by its id.")
    return found[0]


def _open(chat: str, show: Show, wishes: Wishes) -> OpenChat:
    if chat == SIMULATOR:
        return open_simulator(language=show.language, seed=wishes.seed)
    try:
        return open_recording(Path(chat), language=show.language)
    except (OSError, ReplayError) as error:
        raise CommandError(f"Cannot read {chat}: {error}") from error
