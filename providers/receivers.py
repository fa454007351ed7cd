import logging
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models.signals import pre_migrate
from django.dispatch import receiver
from redis.exceptions import RedisError

from providers.channel_groups import encode_group_message
from providers.postgres import LONG_STATEMENTS
from providers.redis import sync_redis
from tenants.signals import rights_changed
from tenants.sockets.notices import rights_group

logger = logging.getLogger(__name__)


@receiver(pre_migrate, dispatch_uid="let_migrations_take_their_time")
def let_migrations_take_their_time(using: str, **kwargs: Any) -> None:
    """Lift the limits of statements and locks on the connection that migrates."""
    with connections[using].cursor() as cursor:
        for name, value in LONG_STATEMENTS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


@receiver(rights_changed)
def have_open_sockets_check_their_rights(user_id: UUID | str, **kwargs: Any) -> None:
    try:
        sync_redis().publish(*encode_group_message(rights_group(user_id), {"type": "rights.changed"}))
    except (RedisError, OSError):
        # The change itself must not fail. The sockets notice it at their regular check.
        logger.warning("Open sockets were not told that rights have changed.", extra={"user": str(user_id)})
