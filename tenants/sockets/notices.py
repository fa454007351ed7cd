"""Announces to the open sockets of a user that the user's rights have changed."""

from uuid import UUID

from django.db import transaction

from tenants.signals import rights_changed


def rights_group(user_id: UUID | str) -> str:
    """Return the name of the group of all open sockets of a user."""
    return f"rights.{user_id}"


def announce_changed_rights(user_id: UUID | str) -> None:
    """Have the user's open sockets check their rights, once the transaction is committed."""
    transaction.on_commit(lambda: rights_changed.send(sender=None, user_id=user_id))
