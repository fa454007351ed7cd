from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.services import rotate_encrypted_fields


class Command(BaseCommand):
    help = "Encrypt every stored secret anew, with the first of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        done, broken = rotate_encrypted_fields()
        self.stdout.write(f"{done} secrets are encrypted with the first key now.")
        if broken:
            raise CommandError(f"{broken} secrets can be read with none of the set: keep the old keys in it.")
