"""Measures the live console in Chromium under a busy chat: main thread, mute, renders and visible rows."""

import os
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from bench.environment import (
    CHROMIUM_ARGUMENTS,
    find_chromium,
    free_port,
    running_process,
    running_server,
    temporary_tenant,
)
from bench.report import Target, reported
from livesessions.models.sessions import LiveSession
from livesessions.shows.services.shows import create_show
from tenants.models import Tenant

BUSY, FLOOD = 600, 3_000  # messages a minute
SETTLES_S = 3.0
SPARE_S = 60.0
PAUSE_MS = 250.0
SAMPLE_MS = 200.0
TARGETS = (
    Target("at_600.busy_share", at_most=0.30, scaled=True),
    Target("at_600.invisible_rows", at_most=0),
    Target("mute.shown_p95_ms", at_most=300.0, scaled=True),
    Target("mute.overlay_p95_ms", at_most=150.0, scaled=True),
    Target("at_3000.renders_per_s", at_most=5.5),
    Target("at_3000.rows", at_most=60),
    Target("at_3000.invisible_rows", at_most=0),
)

# Notes when an overlay's page is told of a mute, on a clock that all pages share.
NOTE_MUTES = """
(() => {
  window.mutes = [];
  const Original = WebSocket;
  window.WebSocket = class extends Original {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => {
        if (typeof event.data === "string" && event.data.includes('"mute"')) {
          mutes.push({ at: performance.timeOrigin + performance.now(), text: event.data });
        }
      });
    }
  };
})();
"""
# Counts how often rows are drawn: one callback for each frame of the socket.
COUNT_RENDERS = """
() => {
  window.renders = 0;
  const list = document.querySelector("#chat-feed ol");
  new MutationObserver(() => (renders += 1)).observe(list, { childList: true });
}
"""
# Presses mute or unmute, and waits until the page says so and has been painted.
PRESS_MUTE = """
async (words) => {
  const state = document.getElementById("session-state");
  const at = performance.timeOrigin + performance.now();
  const shown = new Promise((resolve) => {
    const look = () => state.textContent.includes(words) && (observer.disconnect(), resolve());
    const observer = new MutationObserver(look);
    observer.observe(state, { childList: true, subtree: true, characterData: true });
  });
  document.getElementById("mute-button").click();
  await shown;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return { at, took: performance.timeOrigin + performance.now() - at };
}
"""
# Counts the rows in view that a reader cannot see, or that are still moving.
INVISIBLE_ROWS = """
() => {
  const feed = document.getElementById("chat-feed").getBoundingClientRect();
  const inView = [...document.querySelectorAll("#chat-feed li")].filter((row) => {
    const at = row.getBoundingClientRect();
    return at.bottom > feed.top && at.top < feed.bottom;
  });
  return inView.filter((row) => getComputedStyle(row).opacity !== "1" || row.getAnimations().length).length;
}
"""
NEWEST_ROW_BEHIND = """
() => Date.now() - Date.parse(document.querySelector("#chat-feed li:last-child time").dateTime)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.pages.console", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--mutes", type=int, default=40)
    given = parser.parse_args(arguments)
    with reported(TARGETS) as figures:
        figures |= measure(given.seconds, given.mutes)


def measure(seconds: float, mutes: int) -> dict[str, Any]:
    with temporary_tenant() as tenant, opened_console(tenant) as (console, overlay, session):
        with chat(session, BUSY):
            busy = figures_under_load(console, seconds)
            pressed = press_mute(console, overlay, mutes)
        with chat(session, FLOOD):
            flood = figures_under_load(console, seconds)
    return {"at_600": busy, "at_3000": flood, "mute": pressed}


@contextmanager
def opened_console(tenant: Tenant) -> Iterator[tuple[Page, Page, LiveSession]]:
    """Yield the console of a live on air and a page of its overlay, both connected."""
    port = free_port()
    session, cookie = live_on_air(tenant)
    with ExitStack() as stack:
        stack.enter_context(running_server(port))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
        stack.callback(browser.close)
        context: BrowserContext = browser.new_context(
            base_url=f"http://127.0.0.1:{port}", viewport={"width": 1280, "height": 800}
        )
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": f"http://127.0.0.1:{port}"}]
        )
        overlay = context.new_page()
        overlay.add_init_script(NOTE_MUTES)
        overlay.goto(f"/overlay/{session.show.overlay.token}/")
        console = context.new_page()
        console.goto(f"/lives/{session.id}/")
        console.locator(".desk[data-connection=open]").wait_for()
        console.evaluate(COUNT_RENDERS)
        yield console, overlay, session


def live_on_air(tenant: Tenant) -> tuple[LiveSession, str]:
    """Return a live that looks on air, and the cookie of its owner."""
    # Playwright's own loop runs in this thread, which Django would take for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="Bench", language="it")
        session = LiveSession.objects.create(
            tenant=tenant,
            show=show,
            source=LiveSession.Source.SIMULATOR,
            status=LiveSession.Status.ACTIVE,
            start_requested_at=timezone.now(),
            started_at=timezone.now(),
            lease_expires_at=timezone.now() + timedelta(hours=1),
        )
    client = Client()
    client.force_login(tenant.memberships.get().user)
    return session, client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def chat(session: LiveSession, per_minute: int) -> Iterator[None]:
    """Send a chat of so many messages a minute."""
    arguments = ("bench.pages.chat_load", str(session.id), str(per_minute), str(10 * SPARE_S))
    with running_process("-m", *arguments):
        yield


def figures_under_load(console: Page, seconds: float) -> dict[str, Any]:
    """Return how busy the console's main thread is, how often it draws rows, and whether all can be seen."""
    console.wait_for_timeout(1000 * SETTLES_S)
    session = console.context.new_cdp_session(console)
    session.send("Performance.enable")
    busy_s, renders, started_s = _task_s(session), console.evaluate("renders"), time.monotonic()
    console.wait_for_timeout(1000 * seconds)
    # Read before the rows are looked at, which takes seconds more.
    busy_s, renders = _task_s(session) - busy_s, console.evaluate("renders") - renders
    wall_s = time.monotonic() - started_s
    invisible, behind_ms = _look_at_rows(console)
    figures = {
        "busy_share": round(busy_s / wall_s, 3),
        "renders_per_s": round(renders / wall_s, 2),
        "rows": console.locator("#chat-feed li").count(),
        "invisible_rows": max(invisible),
        "newest_row_behind_ms": round(statistics.median(behind_ms)),
    }
    session.detach()
    return figures


def _task_s(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def _look_at_rows(console: Page, samples: int = 15) -> tuple[list[int], list[float]]:
    """Return for some moments how many rows could not be seen, and how old the newest was in ms."""
    invisible, behind_ms = [], []
    for _ in range(samples):
        console.wait_for_timeout(SAMPLE_MS)
        invisible.append(int(console.evaluate(INVISIBLE_ROWS)))
        behind_ms.append(float(console.evaluate(NEWEST_ROW_BEHIND)))
    return invisible, behind_ms


def press_mute(console: Page, overlay: Page, times: int) -> dict[str, Any]:
    """Press mute and unmute in turn; return when the console showed it, and when the overlay heard of it."""
    shown_ms, overlay_ms = [], []
    for number in range(times):
        pressed = console.evaluate(PRESS_MUTE, "ON AIR" if number % 2 else "MUTED")
        shown_ms.append(float(pressed["took"]))
        wanted = f'"muted": {"false" if number % 2 else "true"}'
        overlay_ms.append(_heard_at(overlay, pressed["at"], wanted) - pressed["at"])
        console.wait_for_timeout(PAUSE_MS)
    return {
        "presses": times,
        "shown_p50_ms": round(statistics.median(shown_ms), 1),
        "shown_p95_ms": _p95(shown_ms),
        "overlay_p50_ms": round(statistics.median(overlay_ms), 1),
        "overlay_p95_ms": _p95(overlay_ms),
    }


def _heard_at(overlay: Page, since_ms: float, wanted: str) -> float:
    """Return when the overlay first got the message after a moment; waits for it."""
    look = """([since, wanted]) => {
      const found = mutes.find((each) => each.at >= since && each.text.replaceAll(" ", "").includes(wanted));
      return found ? found.at : null;
    }"""
    handle = overlay.wait_for_function(look, arg=[since_ms, wanted.replace(" ", "")])
    return float(handle.json_value())


def _p95(values: list[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 1)


if __name__ == "__main__":
    main()
