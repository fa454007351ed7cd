import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from livesessions.worker.worker import serve


class Command(BaseCommand):
    help = "Run a worker: claim lives and let their hosts speak, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(serve())
