"""What crosses the wire until the host is first heard, as production serves it, fonts apart."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from config.deploy_check import PLACEHOLDERS
from tenants.models import User
from tests.browser.conftest import running_server
from tests.fakes.link import FakeLink
from tests.overlay.conftest import make_overlay
from tests.overlay.network import open_network
from tests.overlay.studio import open_studio
from tests.overlay.viewing import AUDIBLE, Viewer

MOST_BYTES = 100_000
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
NARROW_BITS_PER_S = 1_000_000  # a wider link brings more of the voice before its beginning is heard


@pytest.fixture
def production_url(server_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    environment = {
        **server_environment,
        **PLACEHOLDERS,
        "DJANGO_SETTINGS_MODULE": "tests.browser.production",
        "DATABASE_URL": server_environment["TEST_DATABASE_URL"],
        "REDIS_URL": server_environment["TEST_REDIS_URL"],
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "no",
        "TEST_STATIC_ROOT": str(tmp_path / "static"),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
    with running_server(environment, tmp_path / "server.log") as url:
        yield url


def test_less_than_100_kb_come_before_the_first_sound(
    page: Page, production_url: str, make_user: Callable[[str], User]
) -> None:
    overlay = make_overlay(make_user("Alice"))
    page.route("**/*.woff2", lambda route: route.abort())
    with (
        open_network(production_url, down=FakeLink(bits_per_s=NARROW_BITS_PER_S)) as network,
        open_studio(overlay.id, settings.REDIS_URL) as studio,
    ):
        viewer = Viewer(page, network.url)
        viewer.open(overlay)
        page_bytes = sum(size for _, size in network.down.arrived)
        viewer.wait_for_report("ended", studio.say("Ciao a tutti!", 2.0))
        first_ms = next(at for at, level in viewer.heard() if level > AUDIBLE)
        all_bytes = network.down.arrived_by(first_ms / 1000)
    print(f"{page_bytes} bytes until it is connected, {all_bytes} until the first sound")
    assert 0 < page_bytes < all_bytes < MOST_BYTES
    files = [url for url in viewer.requests if "/static/" in url]
    assert any("/widgets/" in url for url in files)
    assert all(HASHED.search(url) for url in files), "after a deployment a page would mix old and new modules"
