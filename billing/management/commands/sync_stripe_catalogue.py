from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from billing.subscriptions.catalogue_sync import sync_catalogue
from billing.subscriptions.errors import PaymentRefused, PaymentsUnavailable


class Command(BaseCommand):
    help = "Bring Stripe's products, prices, webhook endpoint and portal in line with the plans in code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--url", default=settings.PUBLIC_URL, help="where Stripe reaches this installation; PUBLIC_URL"
        )

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        if not url:
            raise CommandError("Say with --url, or in PUBLIC_URL, where Stripe reaches this installation.")
        try:
            report = sync_catalogue(url)
        except (PaymentRefused, PaymentsUnavailable) as error:
            raise CommandError(str(error)) from error
        for line in report.changes or ["Nothing to change."]:
            self.stdout.write(line)
