"""A real web server for a real browser; what the tests write is committed, so that both see it."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from billing.subscriptions.catalogue_sync import sync_catalogue
from tenants.models import User
from tests.fakes.stripe_server.__main__ import KEY
from tests.fakes.stripe_server.server import LocalStripe, local_stripe
from tests.fakes.stripe_server.webhooks import WebhookSender
from tests.patience import PATIENCE_MS, PATIENCE_S

HERE = Path(__file__).parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail("No Chromium is installed. Run `make browser` first.", pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def _committed_data(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright's own loop runs in this thread, which Django would take for an async caller.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the web server writes."""
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="session")
def server_url(server_environment: dict[str, str], server_log: Path) -> Iterator[str]:
    """The address of a running web server."""
    with running_server(server_environment, server_log) as url:
        yield url


@contextmanager
def running_server(environment: dict[str, str], log: Path) -> Iterator[str]:
    """Run the web server and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        server = _start_server(listener, environment, log)
    try:
        _wait_until_it_answers(port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _start_server(
    listener: socket.socket, environment: dict[str, str], log: Path
) -> "subprocess.Popen[bytes]":
    # It inherits a socket that listens already: no port can be lost, and early requests queue up.
    descriptor = listener.fileno()
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "config.server", "--fd", str(descriptor)],
            cwd=settings.BASE_DIR,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            pass_fds=[descriptor],
            stdout=output,
            stderr=output,
        )


def _wait_until_it_answers(port: int, log: Path) -> None:
    web = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        web.request("GET", "/accounts/login/")
        web.getresponse().read()
    except OSError as error:
        pytest.fail(
            f"the web server did not answer ({error}):\n{log.read_text(errors='replace')}", pytrace=False
        )
    finally:
        web.close()


@pytest.fixture(scope="session")
def base_url(server_url: str) -> str:
    """What every page's `goto` starts from."""
    return server_url


@pytest.fixture
def logged_in_page(base_url: str, new_context: Callable[..., BrowserContext]) -> Callable[[User], Page]:
    """Call with a user for a page of a browser in which they have logged in; `goto` takes a path."""

    def open_page(user: User) -> Page:
        client = Client()
        client.force_login(user)
        context = new_context()
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])
        return context.new_page()

    return open_page


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStripe]:
    """A local Stripe that sends its webhooks."""
    with local_stripe() as running:
        monkeypatch.setattr("stripe.api_base", running.url)
        sender = WebhookSender(running.world)
        yield running
        sender.close()


@pytest.fixture
def selling_site(
    server_environment: dict[str, str],
    stripe: LocalStripe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """A web server that sells, and whose prices and webhooks the local Stripe knows."""
    monkeypatch.setattr(settings, "BILLING_ENABLED", True)
    environment = {
        **server_environment,
        "BILLING_ENABLED": "true",
        "STRIPE_API_HOST": stripe.url,
        "STRIPE_TEST_SECRET_KEY": KEY,
    }
    with running_server(environment, tmp_path / "server.log") as url:
        sync_catalogue(url)
        yield url
