import json
import os
import platform
import subprocess
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand
from django_scopes import scope

from livesessions.management.benching import (
    CHROMIUM_ARGUMENTS,
    a_process,
    a_tenant,
    find_chromium,
    free_port,
    wait_for_port,
)
from livesessions.management.frames import CATEGORIES, Trace
from livesessions.management.soak import opened_page
from livesessions.models.shows import Show
from livesessions.shows.services.shows import create_show
from overlay.layout import default_layout
from tenants.models import Tenant

CANVAS = (1080, 1920)
THEME = "neon"  # it has the most glows and shadows
SETTLES_S = 4.0  # the page's start, and the first words
LAST_WORDS_S = 60.0
FRAME_MS = 1000 / 60
TARGETS = {"main_thread_p95_ms": 8.0, "long_tasks": 0, "frames_per_s": 58.0}


class Command(BaseCommand):
    help = (
        "Measure what an overlay's page does for each picture: all widgets, a voice, a room that never rests."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=20.0)

    def handle(self, *args: Any, seconds: float, **options: Any) -> None:
        chromium, port = find_chromium(), free_port()
        with ExitStack() as stack:
            show = _show(stack.enter_context(a_tenant()))
            stack.enter_context(
                a_process("-m", "daphne", "-v", "0", "-p", str(port), "config.asgi:application")
            )
            wait_for_port(port)
            address = f"http://127.0.0.1:{port}/overlay/{show.overlay.token}/"
            page = stack.enter_context(opened_page(chromium, CHROMIUM_ARGUMENTS, address, canvas=CANVAS))
            for crowd in ("soaking", "bustling"):
                arguments = (f"tests.overlay.{crowd}", str(show.overlay.id), str(seconds + LAST_WORDS_S))
                stack.enter_context(a_process("-m", *arguments, stdout=subprocess.DEVNULL))
            figures = Trace(_record(page, seconds)).figures()
        self.stdout.write(json.dumps(_report(figures)))


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


def _report(figures: dict[str, Any]) -> dict[str, Any]:
    # Without a graphics card, drawing alone may take longer than a picture lasts. OBS has one.
    draws_in_time = figures["drawing_ms_per_frame"] <= FRAME_MS
    met = (
        figures["main_thread_ms"]["p95"] <= TARGETS["main_thread_p95_ms"]
        and figures["long_tasks"] <= TARGETS["long_tasks"]
        and (figures["frames_per_s"] >= TARGETS["frames_per_s"] or not draws_in_time)
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    load = [round(load, 2) for load in os.getloadavg()]
    return {"figures": {**figures, "machine": machine, "load": load}, "targets": TARGETS, "met": met}
