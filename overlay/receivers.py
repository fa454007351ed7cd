import logging
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from overlay.errors import OverlayUnreachable
from overlay.models import Overlay
from overlay.services import close_overlay_sockets, delete_picture

logger = logging.getLogger(__name__)


@receiver(post_delete, sender=Overlay)
def delete_picture_of_deleted_overlay(instance: Overlay, **kwargs: Any) -> None:
    delete_picture(instance)


@receiver(post_delete, sender=Overlay)
def close_sockets_of_deleted_overlay(instance: Overlay, **kwargs: Any) -> None:
    """Close the open pages of an overlay that was deleted, alone or with its show or workspace."""
    overlay_id = instance.id

    def close() -> None:
        try:
            close_overlay_sockets(overlay_id)
        except OverlayUnreachable:
            logger.warning("The pages of a deleted overlay close at their regular check only.")

    transaction.on_commit(close)
