"""A price list is uploaded in a browser; the host says its prices, and refuses one that is missing."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from knowledge.models import Source
from knowledge.tasks import read_in_background
from livesessions.models.shows import Show
from rehearsals.models import Rehearsal
from rehearsals.tasks import run_rehearsal
from tenants.models import User
from tests.browser.conftest import running_server

LIST = "Nome;Prezzo\nLampada Sole;12,50 €\nTavolo Bruno;99,00 €\n"
CHAT = [
    {"t": 5, "user": "anna", "message": "quanto costa la lampada sole?"},
    {"t": 60, "user": "bruno", "message": "quanto costa la lampada luna?"},
]


@pytest.fixture
def site(server_environment: dict[str, str], tmp_path: Path, settings: LazySettings) -> Iterator[str]:
    """A web server that stores documents where this process reads them."""
    store = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "knowledge"), "allow_overwrite": True},
    }
    settings.STORAGES = {**settings.STORAGES, "knowledge": store}
    environment = {**server_environment, "KNOWLEDGE_DIR": str(tmp_path / "knowledge")}
    with running_server(environment, tmp_path / "server.log") as url:
        yield url


@pytest.fixture
def page(alice: User, site: str, new_context: Callable[..., BrowserContext]) -> Page:
    client = Client()
    client.force_login(alice)
    name = settings.SESSION_COOKIE_NAME
    context = new_context()
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def run_jobs() -> None:
    """Run what the pages wait for, in a thread of its own: Playwright's loop runs in this one."""

    def work() -> None:
        try:
            with scopes_disabled():
                for source in Source.objects.all():
                    read_in_background.call_local(str(source.tenant_id), str(source.id))
                for rehearsal in Rehearsal.objects.filter(status=Rehearsal.Status.WAITING):
                    run_rehearsal.call_local(str(rehearsal.id))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(work).result()


def ask(page: Page, text: str) -> None:
    page.get_by_label("A viewer writes").fill(text)
    page.get_by_label("Viewer's name").fill("Giulia")
    page.get_by_role("button", name="Rehearse").click()


def test_a_price_is_said_as_the_list_has_it_and_a_missing_one_is_refused(
    page: Page, show: Show, site: str
) -> None:
    page.goto(f"{site}/knowledge/")
    file = FilePayload(name="prezzi.csv", mimeType="text/csv", buffer=LIST.encode())
    page.get_by_label("Files").set_input_files([file])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#sources")).to_contain_text("Waiting")
    run_jobs()
    expect(page.locator("#sources")).to_contain_text("Ready")  # the page asks by itself

    page.goto(f"{site}/personas/{show.persona_id}/")
    ask(page, "quanto costa la lampada sole?")
    answer = page.locator("[data-result=answered]")
    expect(answer.locator(".spoken")).to_have_text("Lampada Sole: Prezzo 12,50 €.")
    expect(answer.locator("audio")).to_be_visible()
    ask(page, "quanto costa la lampada luna?")
    expect(answer.locator(".spoken")).to_contain_text("Giulia")
    expect(answer.locator(".spoken")).not_to_contain_text("12,50")

    page.goto(f"{site}/shows/{show.id}/rehearsals/")
    page.get_by_text("My own chat file").click()
    lines = "\n".join(map(json.dumps, CHAT))
    chat = FilePayload(name="sera.jsonl", mimeType="application/json", buffer=lines.encode())
    page.locator("input[type=file]").set_input_files(chat)
    page.get_by_label("How many minutes?").fill("3")
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    run_jobs()
    expect(page.get_by_role("heading", name="What your host said")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Lampada Sole: Prezzo 12,50 €.")
