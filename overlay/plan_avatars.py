"""Which avatar viewers see: the chosen one if the plan includes it, else one that every plan includes."""

from uuid import UUID

from billing.plans.catalogue import Feature
from billing.plans.entitlements import Entitlements, entitlements_of
from overlay.layout import ANIMATED_AVATARS, AVATARS, Layout


def avatar_on_air(chosen: str, entitlements: Entitlements) -> str:
    """Return the avatar that a workspace with these entitlements shows. Pure.

    A workspace that can only be read keeps the avatars of its plan: its running live goes on unchanged.
    """
    if chosen in ANIMATED_AVATARS and not entitlements.has(Feature.ANIMATED_AVATAR):
        return AVATARS[0]
    return chosen


def layout_on_air(layout: Layout, tenant_id: UUID) -> Layout:
    """Return a layout as viewers see it. One query if the avatar is an animated one, else none."""
    if layout["avatar"] not in ANIMATED_AVATARS:
        return layout
    return {**layout, "avatar": avatar_on_air(layout["avatar"], entitlements_of(tenant_id))}
