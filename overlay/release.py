"""Which page a server has, so that one opened before a deployment learns that there is a newer one."""

import hashlib
from functools import cache
from typing import Final

from django.template.loader import get_template
from django.templatetags.static import static

from overlay.themes import THEMES

PAGE: Final = "overlay/page.html"
SCRIPT: Final = "overlay/overlay.js"  # its name in production changes also with what it imports


@cache
def page_release() -> str:
    """Return what changes when the page does; outside production only the page's template counts."""
    files = (
        SCRIPT,
        "overlay/worklet.js",
        "overlay/overlay.css",
        *(f"overlay/themes/{key}.css" for key in THEMES),
    )
    parts = (*(static(file) for file in files), get_template(PAGE).template.source)  # type: ignore[attr-defined]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
