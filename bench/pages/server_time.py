"""Measures the pages of a full workspace: the server's time (p50, p95), and the weight of a first load.

The workspace has 200 lives and 1,000,000 chat events. Pages are asked for one after the other over loopback.
The weight is the sum of everything that Chromium loads, each file compressed by gzip, without fonts.
"""

import gzip
import os
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import Page, Response, sync_playwright

from bench.environment import (
    CHROMIUM_ARGUMENTS,
    find_chromium,
    free_port,
    running_server,
    temporary_tenant,
)
from bench.pages.filling import Filled, fill, kept_workspace
from bench.report import BenchError, Target, reported
from tenants.models import Tenant

MOST_MS = 50.0
MOST_KB = 150.0
PAGES = {
    "home": "/",
    "shows": "/shows/",
    "show": "/shows/{show}/",
    "show_host": "/shows/{show}/host/",
    "show_voice": "/shows/{show}/voice/",
    "go_live": "/shows/{show}/go-live/",
    "plan": "/shows/{show}/plan/",
    "overlay_editor": "/shows/{show}/overlay/",
    "setup": "/shows/{show}/setup/",
    "console": "/lives/{on_air}/",
    "lives": "/lives/",
    "ended_live": "/lives/{ended}/report/",
    "moderation_log": "/lives/{ended}/decisions/",
    "personas": "/personas/",
    "voices": "/voices/",
    "rules": "/policies/{policy}/",
    "rehearsals": "/shows/{show}/rehearsals/",
    "tokens": "/tokens/",
    "workspace": "/workspace/",
    "team": "/team/",
    "audit_log": "/audit-log/",
    "account": "/account/",
}
TARGETS = tuple(
    target
    for name in PAGES
    for target in (
        Target(f"{name}.p95_ms", at_most=MOST_MS, scaled=True),
        Target(f"{name}.kb", at_most=MOST_KB),
    )
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.pages.server_time", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=50, help="of each page")
    parser.add_argument("--keep", action="store_true", help="keep the workspace for the next run with --keep")
    parser.add_argument("--fill-only", action="store_true", help="fill the kept workspace, measure nothing")
    asked = parser.parse_args(arguments)
    if asked.fill_only:
        with scopes_disabled():
            kept_workspace(sessions=asked.sessions, events=asked.events)
        return
    with reported(TARGETS) as figures, scopes_disabled(), ExitStack() as stack:
        if asked.keep:
            tenant, filled = kept_workspace(sessions=asked.sessions, events=asked.events)
        else:
            tenant = stack.enter_context(temporary_tenant())
            filled = fill(tenant, sessions=asked.sessions, events=asked.events)
        paths, port = paths_of(tenant, filled), free_port()
        os.environ["DEBUG"] = "False"  # the server behaves as in production: it records no queries
        stack.enter_context(running_server(port))
        cookie = log_in(tenant)
        for name, path in paths.items():
            figures[name] = server_times(port, path, cookie, asked.requests)
        for name, kb in weights(port, paths, cookie).items():
            figures[name]["kb"] = kb


def paths_of(tenant: Tenant, filled: Filled) -> dict[str, str]:
    policy = tenant.policies.values_list("id", flat=True)[0]
    ids = {"show": filled.show, "on_air": filled.on_air, "ended": filled.ended, "policy": policy}
    return {name: path.format(**ids) for name, path in PAGES.items()}


def log_in(tenant: Tenant) -> str:
    """Return the session cookie of the workspace's owner."""
    client = Client()
    client.force_login(tenant.memberships.select_related("user")[0].user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def server_times(port: int, path: str, cookie: str, requests: int) -> dict[str, float]:
    """Return p50 and p95 of the time to a page's last byte in milliseconds, after two requests to warm up."""
    web = HTTPConnection("127.0.0.1", port, timeout=30.0)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Accept-Language": "en"}
    times_ms = []
    for _ in range(requests + 2):
        began_s = time.perf_counter()
        web.request("GET", path, headers=headers)
        answer = web.getresponse()
        answer.read()
        times_ms.append(1000 * (time.perf_counter() - began_s))
        if answer.status != 200:
            raise BenchError(f"{path} answers {answer.status}.")
    web.close()
    return {
        "p50_ms": round(statistics.median(times_ms[2:]), 1),
        "p95_ms": round(statistics.quantiles(times_ms[2:], n=20)[-1], 1),
    }


def weights(port: int, paths: dict[str, str], cookie: str) -> dict[str, float]:
    """Return how many kB (1,000 bytes) each page loads into an empty cache, compressed, without fonts."""
    url, found = f"http://127.0.0.1:{port}", {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS])
        for name, path in paths.items():
            context = browser.new_context()
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
            found[name] = round(sum(_sizes(context.new_page(), url + path)) / 1000, 1)
            context.close()
        browser.close()
    return found


def _sizes(page: Page, url: str) -> list[int]:
    """Return the compressed bytes of each file that a page loads."""
    loaded: list[Response] = []
    page.on("response", lambda answer: loaded.append(answer))
    page.goto(url, wait_until="load")
    return [_compressed(answer) for answer in loaded]


def _compressed(answer: Response) -> int:
    kind: str = answer.headers.get("content-type", "")
    if not answer.ok or kind.startswith("font/") or answer.url.endswith(".woff2"):
        return 0
    body: Any = answer.body()
    return len(body) if kind.startswith(("audio/", "image/webp", "image/png")) else len(gzip.compress(body))


if __name__ == "__main__":
    main()
