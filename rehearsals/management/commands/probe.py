import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from rehearsals.probes.kinds import KINDS
from rehearsals.probes.rows import probe_lines


class Command(BaseCommand):
    help = (
        'Try a part of the host on your own text: reads JSON lines such as {"text": "ciao"} from standard'
        " input and writes one JSON line for each. docs/host-quality.md describes the kinds."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("--language", default="", help="the show's language, such as it, en or de")

    def handle(self, *args: Any, kind: str, language: str, **options: Any) -> None:
        probe = KINDS[kind](language)
        for line in probe_lines(probe, sys.stdin.buffer):
            self.stdout.write(line)
            self.stdout.flush()
