from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the chores: everything that can wait, from the queue and by the clock."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.QUEUES["chores"].create_consumer(workers=1, periodic=True, graceful_signal="TERM").run()
