import json
import os
import platform
import subprocess
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_scopes import scope

from livesessions.management.benching import (
    CHROMIUM_ARGUMENTS,
    a_process,
    a_tenant,
    find_chromium,
    free_port,
    wait_for_port,
)
from livesessions.management.soak import MEGABYTE, Series, opened_page, playing, rss_mb
from livesessions.shows.services.shows import create_show

LOOK_EVERY_S = 10.0
LAST_WORDS_S = 60.0
TARGETS = {
    "drift_ms": 50.0,
    "worst_on_sound_clock_ms": 50.0,
    "heap_mb_per_minute": 0.2,
    "rss_mb_per_minute": 0.5,
    "hour_rss_mb": 10.0,
    "underruns": 0,
}
HOUR_S = 3600.0
SETTLED_S = 1200.0  # of speech; before, caches fill


class Command(BaseCommand):
    help = "Let a host talk through daphne to a browser, and measure drift, underruns and memory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=float, default=10.0)

    def handle(self, *args: Any, minutes: float, **options: Any) -> None:
        chromium = find_chromium()
        port = free_port()
        with ExitStack() as stack:
            tenant = stack.enter_context(a_tenant())
            daphne = stack.enter_context(
                a_process("-m", "daphne", "-v", "0", "-p", str(port), "config.asgi:application")
            )
            wait_for_port(port)
            with scope(tenant=tenant):
                show = create_show(tenant=tenant, name="Bench", language="it")
            address = f"http://127.0.0.1:{port}/overlay/{show.overlay.token}/"
            overlay_id = str(show.overlay.id)
            page = stack.enter_context(opened_page(chromium, CHROMIUM_ARGUMENTS, address))
            talk = ("-m", "tests.overlay.soaking", overlay_id)
            host = stack.enter_context(a_process(*talk, str(60 * minutes), stdout=subprocess.PIPE))
            figures = _measure(page, daphne, host, minutes)
            page.close()
            hurried = stack.enter_context(
                a_process(*talk, str(SETTLED_S + HOUR_S), "--hurried", stdout=subprocess.PIPE)
            )
            figures["hour"] = _hour_of(hurried)
        self.stdout.write(json.dumps(_report(figures)))


def _hour_of(host: "subprocess.Popen[str]") -> dict[str, float]:
    """Return what the worker's memory grows by in an hour of speech, said as fast as it goes."""
    spoken_s, settled_mb = 0.0, 0.0
    for line in host.stdout or ():
        spoken_s += json.loads(line)["duration_s"]
        if spoken_s >= SETTLED_S:
            last_mb = rss_mb(host.pid)
            settled_mb = settled_mb or last_mb
    if not settled_mb:
        raise CommandError("The hurried host has said too little.")
    grown_mb = round(last_mb - settled_mb, 1)
    return {
        "speech_s": round(spoken_s - SETTLED_S, 1),
        "start_mb": round(settled_mb, 1),
        "grown_mb": grown_mb,
    }


def _measure(
    page: Any, daphne: "subprocess.Popen[str]", host: "subprocess.Popen[str]", minutes: float
) -> Any:
    memory = {name: Series() for name in ("page_heap", "daphne_rss", "worker_rss")}
    devtools = page.context.new_cdp_session(page)
    began_s = time.monotonic()
    while host.poll() is None and time.monotonic() < began_s + 60 * minutes + LAST_WORDS_S:
        page.wait_for_timeout(1000 * LOOK_EVERY_S)
        if host.poll() is not None:
            break
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"] / MEGABYTE
        at = (time.monotonic() - began_s) / 60
        for name, now_mb in zip(memory, (heap, rss_mb(daphne.pid), rss_mb(host.pid)), strict=True):
            memory[name].add(at, now_mb)
    if host.poll() is None:
        raise CommandError("The host does not come to an end.")
    said = [json.loads(line) for line in host.stdout or ()]
    if not said:
        raise CommandError("The host did not say anything.")
    return {
        "minutes": round((time.monotonic() - began_s) / 60, 2),
        **playing(page.evaluate("ledger"), said),
        "lead_ms": round(1000 * page.evaluate("vivavoce.player.lead")),
        "audio": page.evaluate("vivavoce.player.output.mode"),
        **{name: series.summary() for name, series in memory.items()},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def _report(figures: dict[str, Any]) -> dict[str, Any]:
    met = (
        abs(figures["drift_ms"]) <= TARGETS["drift_ms"]
        and figures["worst_ms"]["sound"] <= TARGETS["worst_on_sound_clock_ms"]
        and figures["page_heap"]["mb_per_minute"] <= TARGETS["heap_mb_per_minute"]
        and figures["daphne_rss"]["mb_per_minute"] <= TARGETS["rss_mb_per_minute"]
        and figures["worker_rss"]["mb_per_minute"] <= TARGETS["rss_mb_per_minute"]
        and figures["hour"]["grown_mb"] <= TARGETS["hour_rss_mb"]
        and figures["underruns"] <= TARGETS["underruns"]
        and figures["not_ended"] == 0
    )
    return {"figures": figures, "targets": TARGETS, "met": met}
