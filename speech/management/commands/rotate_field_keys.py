from typing import Any

from django.core.management.base import BaseCommand, CommandError

from speech.services.keys import rotate_keys


class Command(BaseCommand):
    help = "Encrypt every workspace's own keys anew, with the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        done, broken = rotate_keys()
        self.stdout.write(f"{done} keys are encrypted with the first key now.")
        if broken:
            raise CommandError(f"{broken} keys can be read with none of the set: keep the old keys in it.")
