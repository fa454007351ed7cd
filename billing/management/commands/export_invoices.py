import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from billing.subscriptions.exports import export_invoices


class Command(BaseCommand):
    help = "Write the invoices of a time as CSV, with what an Italian e-invoice of each needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("first", type=date.fromisoformat, help="the first day, such as 2026-11-01")
        parser.add_argument("last", type=date.fromisoformat, help="the last day")

    def handle(self, *args: Any, first: date, last: date, **options: Any) -> None:
        count = export_invoices(sys.stdout, first=first, last=last, livemode=settings.STRIPE_LIVE_MODE)
        self.stderr.write(f"{count} invoices")
