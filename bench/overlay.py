"""Measures what an overlay's page does for each frame: all widgets, a voice, and a chat that never rests."""

import subprocess
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from django_scopes import scope

from bench.environment import (
    CHROMIUM_ARGUMENTS,
    find_chromium,
    free_port,
    running_process,
    running_server,
    temporary_tenant,
)
from bench.frames import CATEGORIES, Trace
from bench.playback import opened_page
from bench.report import Target, reported
from livesessions.models.shows import Show
from livesessions.shows.services.shows import create_show
from overlay.layout import default_layout
from tenants.models import Tenant

CANVAS = (1080, 1920)
THEME = "neon"  # it has the most glows and shadows
SETTLES_S = 4.0  # the page's start, and the first words
LAST_WORDS_S = 60.0
FRAMES_PER_S = 60.0
FRAME_MS = 1000 / FRAMES_PER_S
TARGETS = (
    Target("main_thread_ms.p95", at_most=8.0, scaled=True),
    Target("long_tasks", at_most=0),
    Target("frames_not_shown_per_s", at_most=2.0),
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.overlay", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args(arguments).seconds
    with reported(TARGETS) as figures:
        figures |= measure(seconds)


def measure(seconds: float) -> dict[str, Any]:
    chromium, port = find_chromium(), free_port()
    with ExitStack() as stack:
        show = _show(stack.enter_context(temporary_tenant()))
        stack.enter_context(running_server(port))
        address = f"http://127.0.0.1:{port}/overlay/{show.overlay.token}/"
        page = stack.enter_context(opened_page(chromium, CHROMIUM_ARGUMENTS, address, canvas=CANVAS))
        for crowd in ("soaking", "bustling"):
            arguments = (f"tests.overlay.{crowd}", str(show.overlay.id), str(seconds + LAST_WORDS_S))
            stack.enter_context(running_process("-m", *arguments, stdout=subprocess.DEVNULL))
        figures = Trace(_record(page, seconds)).figures()
    return {**figures, "frames_not_shown_per_s": frames_not_shown_per_s(figures)}


def _show(tenant: Tenant) -> Show:
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="Bench", language="it")
        layout = default_layout()
        for box in layout["tall"].values():
            box["on"] = True
        show.overlay.layout = {**layout, "theme": THEME}
        show.overlay.save(update_fields=["layout"])
    return show


def _record(page: Any, seconds: float) -> bytes:
    page.evaluate("async () => { while (!vivavoce.player.isBusy) await new Promise(requestAnimationFrame) }")
    page.wait_for_timeout(1000 * SETTLES_S)
    browser = page.context.browser
    browser.start_tracing(page=page, categories=list(CATEGORIES))
    page.wait_for_timeout(1000 * seconds)
    trace: bytes = browser.stop_tracing()
    return trace


def frames_not_shown_per_s(figures: dict[str, Any]) -> float:
    """Return how many of 60 frames a second were not shown, by the page's fault.

    Without a graphics card, drawing alone may take longer than a frame lasts; OBS has one. Then none counts.
    """
    if figures["drawing_ms_per_frame"] > FRAME_MS:
        return 0.0
    missing: float = max(0.0, FRAMES_PER_S - figures["frames_per_s"])
    return round(missing, 1)


if __name__ == "__main__":
    main()
