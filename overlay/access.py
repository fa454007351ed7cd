"""The only door from an overlay's address to its row."""

import re

from django.http import Http404
from django_scopes import scopes_disabled

from overlay.models import Overlay

TOKEN = re.compile(r"[\w-]{1,64}", re.ASCII)


def find_overlay_by_token(token: str) -> Overlay | None:
    """Look across tenants: the token is the credential, and says whose overlay it is."""
    if not TOKEN.fullmatch(token):  # a NUL, for one, PostgreSQL would not even look for
        return None
    with scopes_disabled():
        overlay: Overlay | None = Overlay.objects.select_related("tenant").filter(token=token).first()
    return overlay


def get_overlay_by_token(token: str) -> Overlay:
    """Return the overlay with its tenant; raise `Http404` for a token that never was or was rotated."""
    overlay = find_overlay_by_token(token)
    if overlay is None:
        raise Http404("No overlay has this address.")
    return overlay
