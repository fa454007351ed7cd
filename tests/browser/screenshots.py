"""Takes a picture of every page in both sizes and colour schemes: `make screenshots`, then look at them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.browser.every_page import EveryPage, opener

FOLDER = Path(os.environ.get("SCREENSHOTS", settings.BASE_DIR / ".local" / "screenshots"))
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
LANGUAGE = os.environ.get("SCREENSHOTS_LANGUAGE", "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_picture_of_every_page_is_taken(
    size: str,
    scheme: str,
    alice: User,
    tenant: Tenant,
    api_for: Callable[[User], APIClient],
    redis_client: object,
    base_url: str,
    new_context: Callable[..., BrowserContext],
) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    options = {
        "color_scheme": scheme,
        "viewport": SIZES[size],
        "locale": LANGUAGE,
        "reduced_motion": "reduce",
    }
    every = EveryPage(alice, tenant, api_for(alice), base_url, opener(new_context, **options))
    for each in every.pages:
        page = every.browser_of(each)
        page.goto(each.path, wait_until="load")
        page.screenshot(path=FOLDER / f"{each.name}-{size}-{scheme}.png", full_page=True)
