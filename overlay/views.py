"""The overlay's page for OBS, and the avatar's picture."""

import json
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from overlay.access import get_overlay_by_token, language_of
from overlay.connection.release import PAGE, SCRIPT, page_release
from overlay.editor.pictures import CONTENT_TYPES
from overlay.editor.samples import preview_samples
from overlay.layout import AVATARS
from overlay.models import Overlay
from overlay.plan_avatars import layout_on_air
from overlay.themes import THEMES


@require_safe
@gzip_page  # no attacker controls part of its content, so its length reveals nothing of the token
@xframe_options_sameorigin
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Render the page for OBS in the show's language.

    Its URL is a secret: it is never cached, indexed or sent as a referrer.
    """
    return render_page(request, get_overlay_by_token(token))


def render_page(request: HttpRequest, overlay: Overlay, *, preview: bool = False) -> HttpResponse:
    """Render an overlay's page; a preview plays samples, has no token and does not connect."""
    layout = overlay.whole_layout
    if not preview:
        layout = layout_on_air(layout, overlay.tenant_id)
    language = language_of(overlay)
    looks = {key: static(f"overlay/themes/{key}.css") for key in THEMES}
    context = {
        "overlay": overlay,
        "language": language,
        "script": static("overlay/preview.js" if preview else SCRIPT),
        "release": page_release(),
        "socket": "" if preview else f"/ws/overlay/{overlay.token}/",
        "layout_json": json.dumps(layout),
        "themes_json": json.dumps(looks),
        "avatars_json": json.dumps(
            {name: static(f"overlay/widgets/avatars/{name}.svg") for name in AVATARS if name != "own"}
        ),
        "look": looks[layout["theme"]],
    }
    with translation.override(language):
        if preview:
            context["samples_json"] = json.dumps(preview_samples())
        response = render(request, PAGE, context)
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = _policy(request.get_host())
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def avatar(request: HttpRequest, overlay_id: UUID, stem: str, kind: str) -> HttpResponse:
    """Serve an avatar's picture. Viewers see it on air; its name is random and new for each picture."""
    content_type = CONTENT_TYPES.get(kind)
    path = f"overlays/{overlay_id}/{stem}.{kind}"
    if content_type is None or not default_storage.exists(path):
        raise Http404("There is no such picture.")
    with default_storage.open(path) as picture:  # scaled down before it was stored
        response = HttpResponse(picture.read(), content_type=content_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _policy(host: str) -> str:
    # Older browsers do not count a socket to the same host as 'self'.
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )
