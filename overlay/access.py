"""The only doors from a URL to an overlay."""

import re
from typing import cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django_scopes import scopes_disabled

from overlay.models import Overlay
from overlay.signals import OverlayUse, overlay_language_asked, overlay_use_asked
from tenants.http import TenantRequest

TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)


def find_overlay_by_token(token: str) -> Overlay | None:
    """Find an overlay in all tenants: the token is the credential, and names its overlay."""
    if not TOKEN.fullmatch(token):  # PostgreSQL refuses some characters, such as NUL
        return None
    with scopes_disabled():
        overlay: Overlay | None = Overlay.objects.select_related("tenant").filter(token=token).first()
    return overlay


def get_overlay_by_token(token: str) -> Overlay:
    """Return an overlay with its tenant; raise `Http404` for an unknown or rotated token."""
    overlay = find_overlay_by_token(token)
    if overlay is None:
        raise Http404("No overlay has this address.")
    return overlay


def language_of(overlay: Overlay) -> str:
    """Return the language of what viewers read on an overlay: its show's, or else its workspace's."""
    answers = overlay_language_asked.send(sender=Overlay, overlay_id=overlay.id)
    known = (str(answer) for _receiver, answer in answers if answer is not None)
    return next(known, overlay.tenant.language)


def get_overlay_for(request: TenantRequest, use_id: UUID) -> tuple[Overlay, OverlayUse]:
    """Return the overlay of a use, such as a show, and that use.

    Raise `Http404` when the request's tenant has no such use.
    """
    answers = overlay_use_asked.send(sender=Overlay, tenant=request.tenant, use_id=use_id)
    use = next((cast("OverlayUse", answer) for _receiver, answer in answers if answer is not None), None)
    if use is None:
        raise Http404("Nothing with this id has an overlay.")
    overlays = Overlay.objects.filter(tenant=request.tenant).select_related("tenant")
    overlay: Overlay = get_object_or_404(overlays, id=use.overlay_id)
    return overlay, use
