"""Sends a notice to the open sockets of a user whose rights have changed."""

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def rights_group(user_id: UUID | str) -> str:
    """Return the name of the group of all open sockets of a user."""
    return f"rights.{user_id}"


def announce_changed_rights(user_id: UUID | str) -> None:
    """Have the user's open sockets check their rights, once the transaction is committed."""
    transaction.on_commit(lambda: _send_notice(user_id))


def _send_notice(user_id: UUID | str) -> None:
    try:
        async_to_sync(_send)(user_id)
    except (RedisError, OSError):
        # The change itself must not fail. The sockets notice it at their regular check.
        logger.warning("Open sockets were not told that rights have changed.", extra={"user": str(user_id)})


async def _send(user_id: UUID | str) -> None:
    await get_channel_layer().group_send(rights_group(user_id), {"type": "rights.changed"})
