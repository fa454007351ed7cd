from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from providers.postgres import allow_long_statements
from providers.status.answers import StatusPages
from providers.status.server import status_server


class Command(BaseCommand):
    help = "Run background jobs: queued ones and scheduled ones, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        allow_long_statements()
        consumer = settings.QUEUES["background"].create_consumer(
            workers=1, periodic=True, graceful_signal="TERM"
        )
        pages = StatusPages(is_alive=lambda: consumer.scheduler.is_alive())
        with status_server(settings.STATUS_ADDRESS, pages):
            consumer.run()
