"""Takes the set-up guide's pictures from the running app: `make guide-pictures`, then look at them."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.test import Client
from django_scopes import scope
from playwright.sync_api import BrowserContext, Page, expect

from livesessions.models.shows import Show
from livesessions.shows.services.shows import create_show
from tenants.models import User
from tenants.services import create_tenant

PICTURES = Path(settings.BASE_DIR) / "static" / "guide"
MOST_BYTES = 60_000
WAIT_MS = 20_000
# What is under the overlay in a live: here nothing but a colour, so that the picture shows only what is ours.
BACKDROP = "document.documentElement.style.background = 'linear-gradient(160deg, #33415f, #161b28 70%)'"
TO_WEBP = """async (png) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/webp", 0.86).split(",")[1];
}"""

NewContext = Callable[..., BrowserContext]


def show_in(language: str, owner: User) -> Show:
    tenant = create_tenant(owner=owner, name="Vivavoce", language=language)
    with scope(tenant=tenant):
        return create_show(tenant=tenant, name="Vivavoce", language=language)


def keep(page: Page, png: bytes, name: str) -> None:
    """Write a screenshot as WebP, which the browser itself knows how to make."""
    webp = base64.b64decode(page.evaluate(TO_WEBP, base64.b64encode(png).decode()))
    assert len(webp) < MOST_BYTES
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.webp").write_bytes(webp)


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_pictures_of_the_guide_are_taken(
    language: str, alice: User, base_url: str, new_context: NewContext, redis_client: "redis.Redis"
) -> None:
    show = show_in(language, alice)
    client = Client()
    client.force_login(alice)
    ours = new_context(locale=language, viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    ours.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base_url}])
    canvas = new_context(viewport={"width": 1080, "height": 1920}, device_scale_factor=0.5).new_page()
    canvas.goto(f"/overlay/{show.overlay.token}/")
    canvas.wait_for_selector("[data-connected=true]", state="attached", timeout=WAIT_MS)
    canvas.evaluate(BACKDROP)
    guide, blank = ours.new_page(), new_context().new_page()
    guide.goto(f"/shows/{show.id}/setup/")
    guide.locator("button[value=all]").click()
    expect(canvas.locator("#caption")).to_be_visible(timeout=WAIT_MS)
    canvas.wait_for_timeout(1_500)  # until some words of the sentence are spoken
    keep(blank, canvas.screenshot(), f"overlay-{language}")
    expect(guide.locator("#test-outcome .outcome-good")).to_be_visible(timeout=WAIT_MS)
    keep(blank, guide.locator("#overlay-test").screenshot(), f"heard-{language}")
