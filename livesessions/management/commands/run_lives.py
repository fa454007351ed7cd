import asyncio
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from livesessions.worker.worker import serve


class Command(BaseCommand):
    help = "Run a worker: claim lives and let their hosts speak, until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        for library in settings.LIBRARIES_OF_LIVES:
            import_module(library)
        asyncio.run(serve())
