"""Gives a bench a workspace of its own, processes beside it, free ports and a browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from django.conf import settings
from django.db import connection, transaction
from django_scopes import scopes_disabled

from bench.report import BenchError
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User
from tenants.services import create_tenant, delete_tenant

START_TIMEOUT_S = 60.0
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required")


def find_chromium() -> str:
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    raise BenchError("No Chromium is installed. Run `make browser` first.")


@contextmanager
def temporary_tenant() -> Iterator[Tenant]:
    """Yield a workspace of the bench's own; delete it afterwards with all that belongs to it."""
    user = User.objects.create_user(f"bench-{os.getpid()}@vivavoce.example")
    tenant = create_tenant(owner=user, name=f"Bench {os.getpid()}", language="it")
    try:
        yield tenant
    finally:
        with scopes_disabled():
            with transaction.atomic(), connection.cursor() as cursor:  # one statement for a million rows
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("DELETE FROM livesessions_chatevent WHERE tenant_id = %s", [tenant.id])
            LiveSession.objects.filter(tenant=tenant).delete()
            Show.objects.filter(tenant=tenant).delete()
            delete_tenant(tenant=tenant)
            user.delete()


@contextmanager
def running_process(*arguments: str, stdout: int | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Run Python with these arguments beside the bench, on the same database and Redis."""
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, cwd=settings.BASE_DIR, stdout=stdout, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running_server(port: int) -> Iterator["subprocess.Popen[str]"]:
    """Serve the web app on a port, its pages and its sockets; both answer."""
    with running_process("-m", "config.server", "--port", str(port)) as process:
        wait_for_port(port)
        for path in ("/accounts/login/", "/ws/"):  # the connections wait for the processes that serve them
            web = HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_S)
            web.request("GET", path)
            web.getresponse().read()
            web.close()
        yield process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
