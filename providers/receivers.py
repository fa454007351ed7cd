from typing import Any

from django.db import connections
from django.db.models.signals import pre_migrate
from django.dispatch import receiver

from providers.postgres import LONG_STATEMENTS


@receiver(pre_migrate, dispatch_uid="let_migrations_take_their_time")
def let_migrations_take_their_time(using: str, **kwargs: Any) -> None:
    """Lift the limits of statements and locks on the connection that migrates."""
    with connections[using].cursor() as cursor:
        for name, value in LONG_STATEMENTS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
