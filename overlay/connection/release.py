"""Identifies the server's release of the page, so that open pages learn of a deployment."""

import hashlib
from functools import cache
from typing import Final

from django.template.loader import get_template
from django.templatetags.static import static

from overlay.themes import THEMES

PAGE: Final = "overlay/page.html"
SCRIPT: Final = "overlay/overlay.js"  # in production its file name also changes with its imports


@cache
def page_release() -> str:
    """Return a hash of the page's files; outside production it covers the template only."""
    files = (
        SCRIPT,
        "overlay/worklet.js",
        "overlay/overlay.css",
        *(f"overlay/themes/{key}.css" for key in THEMES),
    )
    parts = (*(static(file) for file in files), get_template(PAGE).template.source)  # type: ignore[attr-defined]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
