"""Changes overlays and sends the changes to their open pages."""

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from billing.plans import doors
from overlay.editor.pictures import Picture
from overlay.errors import OverlayUnreachable
from overlay.layout import ANIMATED_AVATARS, Layout
from overlay.models import Overlay, make_token
from overlay.orders.notifications import notify
from overlay.orders.open_sockets import open_sockets
from overlay.orders.order import Order, OrderKind
from overlay.plan_avatars import layout_on_air
from overlay.publisher import OverlayPublisher
from providers.redis import async_redis
from tenants import audit

logger = logging.getLogger(__name__)


def mute_overlay(overlay_id: UUID, *, muted: bool) -> None:
    """Mute or unmute an overlay's pages, without a worker and by every way there is.

    Call it in the transaction that stores the mute: the pages are muted when that is committed.
    """
    _order(Order(overlay_id, OrderKind.MUTE if muted else OrderKind.UNMUTE))


def end_overlay(overlay_id: UUID, *, lease: int) -> None:
    """Silence an overlay's pages and take them off air, as `mute_overlay` mutes them.

    Nothing more is heard of the lease with this number.
    """
    _order(Order(overlay_id, OrderKind.END, lease))


def silence_overlay(overlay_id: UUID, *, lease: int) -> None:
    """Do at once what `end_overlay` does with its transaction: before any row is locked or written.

    A service that is away delays none of the other ways to the pages by more than a second.
    """
    order = Order(overlay_id, OrderKind.END, lease)
    open_sockets.deliver(order)
    try:
        notify(order)
    except (OperationalError, InterfaceError):
        logger.warning("database unreachable: order to an overlay not notified: overlay=%s", overlay_id)
    async_to_sync(send_order)(order)


def announce_lease(overlay_id: UUID, *, lease: int) -> None:
    """Have an overlay's pages refuse what is sent under earlier leases than this one."""
    notify(Order(overlay_id, OrderKind.LEASED, lease))


def _order(order: Order) -> None:
    notify(order)
    transaction.on_commit(lambda: async_to_sync(send_order)(order))


async def send_order(order: Order) -> None:
    """Send an order to an overlay's pages by the ways that need no database."""
    open_sockets.deliver(order)
    try:
        await _publisher(order.overlay_id).order(order)
    except OverlayUnreachable:
        logger.warning("redis unreachable: order to an overlay not stored: overlay=%s", order.overlay_id)


def close_overlay_sockets(overlay_id: UUID) -> None:
    """Close all open pages of an overlay; raise `OverlayUnreachable`."""
    async_to_sync(_close_sockets)(overlay_id)


@transaction.atomic
def rotate_token(*, overlay: Overlay) -> Overlay:
    """Give an overlay a new URL and close the pages on the old one; raise `OverlayUnreachable`."""
    overlay.token = make_token()
    overlay.rotated_at = timezone.now()
    overlay.save(update_fields=["token", "rotated_at"])
    audit.record("overlay.address_renewed", overlay)
    transaction.on_commit(lambda: close_overlay_sockets(overlay.id))
    return overlay


@transaction.atomic
def save_layout(*, overlay: Overlay, layout: Layout, picture: Picture | None = None) -> Overlay:
    """Store a layout and a new avatar picture, and show both at once; raise `OverlayUnreachable`.

    Raise `PlanRefused` when the plan does not include the newly chosen avatar.
    """
    if layout["avatar"] in ANIMATED_AVATARS and overlay.whole_layout["avatar"] not in ANIMATED_AVATARS:
        doors.require(doors.ANIMATED_AVATAR, overlay.tenant_id)
    if picture is None:
        return _store(overlay, layout, "layout")
    delete_picture(overlay)
    overlay.avatar_picture.save(f"avatar.{picture.kind}", ContentFile(picture.data), save=False)
    return _store(overlay, layout, "layout", "avatar_picture")


@transaction.atomic
def remove_picture(*, overlay: Overlay) -> Overlay:
    """Delete the avatar's picture and show another avatar; raise `OverlayUnreachable`."""
    delete_picture(overlay)
    overlay.avatar_picture = ""
    return _store(overlay, overlay.whole_layout, "layout", "avatar_picture")


@transaction.atomic
def duplicate_overlay(*, overlay: Overlay) -> Overlay:
    """Create an overlay with the same layout, a copy of the avatar's picture, and an address of its own."""
    copy = Overlay(tenant_id=overlay.tenant_id, layout=overlay.layout)
    source = overlay.avatar_picture
    if source.name and source.storage.exists(source.name):
        with source.open("rb") as picture:
            copy.avatar_picture.save(source.name, ContentFile(picture.read()), save=False)
    copy.layout = dict(copy.whole_layout)
    copy.save(force_insert=True)
    return copy


@transaction.atomic
def delete_overlay(*, overlay: Overlay) -> None:
    """Delete an overlay with its avatar's picture; its open pages are closed when that is committed."""
    overlay.delete()


def delete_picture(overlay: Overlay) -> None:
    """Delete the file of the avatar's picture, once the transaction is committed."""
    if name := overlay.avatar_picture.name:
        storage = overlay.avatar_picture.storage
        transaction.on_commit(lambda: storage.delete(name))


def _store(overlay: Overlay, layout: Layout, *fields: str) -> Overlay:
    overlay.layout = layout
    overlay.layout = dict(overlay.whole_layout)
    overlay.save(update_fields=fields)
    shown = layout_on_air(overlay.whole_layout, overlay.tenant_id)
    transaction.on_commit(lambda: async_to_sync(_tell_layout)(overlay.id, shown))
    return overlay


async def _tell_layout(overlay_id: UUID, layout: Layout) -> None:
    publisher = _publisher(overlay_id)
    await publisher.set_layout(layout)


async def _close_sockets(overlay_id: UUID) -> None:
    publisher = _publisher(overlay_id)
    await publisher.close_sockets()


def _publisher(overlay_id: UUID) -> OverlayPublisher:
    return OverlayPublisher(overlay_id, redis=async_redis())
