"""Asks axe-core about every page, in light colours on a desk and then in dark ones on a phone.

It also looks at the frame of each page (breadcrumbs, one left edge with the bar at the top, two widths),
and at what the browser reports as an error.
"""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Page, ViewportSize
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.browser.every_page import EveryPage, PageOfApp, opener

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
# The page in OBS and its preview are pictures that nobody operates.
NOT_OPERATED = ("overlay-str", "overlay-str-visitor", "shows-uuid-overlay-preview")

# The pages that the bar at the top and the account menu lead to; nothing is above them.
TOP_PAGES = ("front", "shows", "lives", "personas", "policies", "policies-uuid", "account")
# Returns the problems of a page's frame. The set-up wizard has its steps in place of breadcrumbs.
FRAME = """(isTop) => {
  const main = document.querySelector("main.page-main, main.desk");
  if (!main) return [];
  const found = [], isDesk = innerWidth > 1200;
  if (!isTop && !main.querySelector(".crumbs a, .steps a")) found.push("no breadcrumbs");
  const padding = parseFloat(getComputedStyle(main).paddingLeft);
  const edge = main.getBoundingClientRect().left + padding;
  const brand = document.querySelector(".topbar .brand").getBoundingClientRect().left;
  if (isDesk && Math.abs(edge - brand) > 1) found.push(`left edge ${edge} px, of the bar ${brand} px`);
  // The console's title stands in one line with its breadcrumbs.
  const isFree = !isDesk || main.matches(".desk");
  const heading = main.querySelector("h1").getBoundingClientRect().left;
  if (!isFree && Math.abs(heading - edge) > 1) found.push(`heading ${heading} px, edge ${edge} px`);
  const widths = [...main.children].map((part) => Math.round(part.getBoundingClientRect().width));
  const width = Math.max(...widths);
  if (!isFree && ![680, 1120].includes(width)) found.push(`${width} px wide`);
  return found;
}"""


@pytest.mark.slow
def test_every_page_is_accessible_and_keeps_its_frame(
    alice: User,
    tenant: Tenant,
    api_for: Callable[[User], APIClient],
    redis_client: object,
    base_url: str,
    new_context: Callable[..., BrowserContext],
) -> None:
    open_page = opener(new_context, viewport=DESK, reduced_motion="reduce")
    every = EveryPage(alice, tenant, api_for(alice), base_url, open_page)
    problems: list[str] = []
    for each in every.pages:
        if each.name not in NOT_OPERATED:
            problems += problems_in_both_looks(every.browser_of(each), each)
            problems += [f"{each.path}: {fault}" for fault in every.faults]
            every.faults.clear()
    assert len(every.pages) > 40
    assert not problems, "\n".join(problems)


def problems_in_both_looks(page: Page, of: PageOfApp) -> list[str]:
    """Load a page once; return what is wrong with it on the desk and on the phone."""
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    page.goto(of.path, wait_until="load")
    on_the_desk = problems_of(page, of, "desk, light")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    return on_the_desk + problems_of(page, of, "phone, dark")


def problems_of(page: Page, of: PageOfApp, look: str) -> list[str]:
    """Return the rules that an open page breaks, each with its first places; and whether it is too wide."""
    shown, found = f"{of.path} ({look})", []
    wide_px: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide_px > 0:
        found.append(f"{shown}: {wide_px} px wider than the screen")
    found += [f"{shown}: {problem}" for problem in page.evaluate(FRAME, of.name in TOP_PAGES)]
    broken: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    for rule in broken:
        places = ", ".join(str(node["target"][0]) for node in rule["nodes"][:3])
        found.append(f"{shown}: {rule['id']} ({rule['impact']}), {len(rule['nodes'])} places: {places}")
    return found
