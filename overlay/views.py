from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from overlay.access import get_overlay_by_token


@require_safe
@xframe_options_sameorigin
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The page for OBS, in the tenant's language. Its address is a secret, never kept or passed on."""
    overlay = get_overlay_by_token(token)
    with translation.override(overlay.tenant.language):
        response = render(request, "overlay/page.html", {"overlay": overlay})
    response.headers["Content-Language"] = overlay.tenant.language
    response.headers["Content-Security-Policy"] = _policy(request.get_host())
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
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
