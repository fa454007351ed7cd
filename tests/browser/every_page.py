"""Every page of the app with something on it: for the accessibility test and the screenshots."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django_scopes import scopes_disabled
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.config.everything import fill_workspace
from tests.config.role_matrix import ROUTES
from tests.config.served import API, address
from tests.config.test_recorded_routes import OF_A_KIND


@dataclass(frozen=True, slots=True)
class PageOfApp:
    """A page: its name in a file's name, its address, and whether only a visitor gets it."""

    name: str
    path: str
    for_visitors: bool


class EveryPage:
    """Opens all pages as a member of a workspace that is full, or as a visitor."""

    def __init__(
        self, alice: User, tenant: Tenant, api: APIClient, base_url: str, open_page: Callable[[], Page]
    ) -> None:
        # In a thread of its own: this one runs the browser's event loop, beside which Django refuses to work.
        with ThreadPoolExecutor(1) as thread:
            self.pages, cookie = thread.submit(_fill, alice, tenant, api).result()
        self._member, self._visitor = open_page(), open_page()
        self.faults: list[str] = []
        for page in (self._member, self._visitor):
            page.on("pageerror", lambda error: self.faults.append(str(error)))
            page.on("console", self._note_message)
        name = settings.SESSION_COOKIE_NAME
        self._member.context.add_cookies([{"name": name, "value": cookie, "url": base_url}])

    def _note_message(self, message: ConsoleMessage) -> None:
        # What the browser refuses, such as a style against the content security policy, is an error too.
        if message.type == "error":
            self.faults.append(f"{message.text} ({message.location['url']})")

    def browser_of(self, page: PageOfApp) -> Page:
        return self._visitor if page.for_visitors else self._member


def opener(new_context: Callable[..., BrowserContext], **options: object) -> Callable[[], Page]:
    return lambda: new_context(**options).new_page()


def _fill(alice: User, tenant: Tenant, api: APIClient) -> tuple[list[PageOfApp], str]:
    try:
        values = fill_workspace(tenant, alice, api)
        member = Client()
        member.force_login(alice)
        with scopes_disabled():
            return _pages(member, values), member.cookies[settings.SESSION_COOKIE_NAME].value
    finally:
        connection.close()


def _pages(member: Client, values: Mapping[str, str]) -> list[PageOfApp]:
    """Return the pages by the role matrix, without what redirects, downloads, or answers a part of a page.

    A page that members and visitors see alike is taken once.
    """
    found, visitor = [], Client()
    for route in ROUTES:
        if route.startswith(API) or "(" in route:
            continue
        where = address(route, {**OF_A_KIND, **values})
        name = route.strip("/").replace("/", "-").replace("<", "").replace(">", "") or "front"
        is_for_members = _is_page(member, where)
        if is_for_members:
            found.append(PageOfApp(name, where, for_visitors=False))
        if (not is_for_members or where == "/") and _is_page(visitor, where):
            found.append(PageOfApp(f"{name}-visitor", where, for_visitors=True))
    return found


def _is_page(client: Client, where: str) -> bool:
    answer = client.get(where)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return False
    return not answer.streaming and b"<html" in answer.content
