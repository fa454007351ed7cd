"""Lets a host talk through the web server to a browser; measures drift, underruns and memory."""

import json
import subprocess
import time
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
from bench.playback import MEGABYTE, Series, opened_page, playing, rss_mb, tree_rss_mb
from bench.report import BenchError, Target, reported
from livesessions.shows.services.shows import create_show

LOOK_EVERY_S = 10.0
LAST_WORDS_S = 60.0
TARGETS = (
    Target("drift_ms", at_most=50.0),
    Target("drift_ms", at_least=-50.0),
    Target("worst_ms.sound", at_most=50.0),
    Target("page_heap.mb_per_minute", at_most=0.2),
    Target("web_rss.mb_per_minute", at_most=0.5),
    Target("worker_rss.mb_per_minute", at_most=0.5),
    Target("hour.grown_mb", at_most=10.0),
    Target("underruns", at_most=0),
    Target("not_ended", at_most=0),
)
HOUR_S = 3600.0
SETTLED_S = 1200.0  # of speech; before, caches fill


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args(arguments).minutes
    with reported(TARGETS) as figures:
        figures |= measure(minutes)


def measure(minutes: float) -> dict[str, Any]:
    chromium, port = find_chromium(), free_port()
    with ExitStack() as stack:
        tenant = stack.enter_context(temporary_tenant())
        web = stack.enter_context(running_server(port))
        with scope(tenant=tenant):
            show = create_show(tenant=tenant, name="Bench", language="it")
        address = f"http://127.0.0.1:{port}/overlay/{show.overlay.token}/"
        page = stack.enter_context(opened_page(chromium, CHROMIUM_ARGUMENTS, address))
        talk = ("-m", "tests.overlay.soaking", str(show.overlay.id))
        host = stack.enter_context(running_process(*talk, str(60 * minutes), stdout=subprocess.PIPE))
        figures = _measure(page, web, host, minutes)
        page.close()
        hurried = stack.enter_context(
            running_process(*talk, str(SETTLED_S + HOUR_S), "--hurried", stdout=subprocess.PIPE)
        )
        return {**figures, "hour": _hour_of(hurried)}


def _hour_of(host: "subprocess.Popen[str]") -> dict[str, float]:
    """Return what the worker's memory grows by in an hour of speech, said as fast as it goes."""
    spoken_s, settled_mb = 0.0, 0.0
    for line in host.stdout or ():
        spoken_s += json.loads(line)["duration_s"]
        if spoken_s >= SETTLED_S:
            last_mb = rss_mb(host.pid)
            settled_mb = settled_mb or last_mb
    if not settled_mb:
        raise BenchError("The hurried host has said too little.")
    grown_mb = round(last_mb - settled_mb, 1)
    return {
        "speech_s": round(spoken_s - SETTLED_S, 1),
        "start_mb": round(settled_mb, 1),
        "grown_mb": grown_mb,
    }


def _measure(page: Any, web: "subprocess.Popen[str]", host: "subprocess.Popen[str]", minutes: float) -> Any:
    memory = {name: Series() for name in ("page_heap", "web_rss", "worker_rss")}
    devtools = page.context.new_cdp_session(page)
    began_s = time.monotonic()
    while host.poll() is None and time.monotonic() < began_s + 60 * minutes + LAST_WORDS_S:
        page.wait_for_timeout(1000 * LOOK_EVERY_S)
        if host.poll() is not None:
            break
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"] / MEGABYTE
        at = (time.monotonic() - began_s) / 60
        for name, now_mb in zip(memory, (heap, tree_rss_mb(web.pid), rss_mb(host.pid)), strict=True):
            memory[name].add(at, now_mb)
    if host.poll() is None:
        raise BenchError("The host does not come to an end.")
    said = [json.loads(line) for line in host.stdout or ()]
    if not said:
        raise BenchError("The host did not say anything.")
    return {
        "minutes": round((time.monotonic() - began_s) / 60, 2),
        **playing(page.evaluate("ledger"), said),
        "lead_ms": round(1000 * page.evaluate("vivavoce.player.lead")),
        "audio": page.evaluate("vivavoce.player.output.mode"),
        **{name: series.summary() for name, series in memory.items()},
    }


if __name__ == "__main__":
    main()
