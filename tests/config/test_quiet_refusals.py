"""A refused request is normal use: nothing of it is logged as a warning, on any page or route of the API."""

import logging
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.config.served import address, api, pages
from tests.config.test_recorded_routes import OF_A_KIND

pytestmark = pytest.mark.slow

SERVED_PAGES = sorted(path for path in pages() if not path.startswith("/staff/") and "(" not in path)


@pytest.fixture
def noise(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Call for what was logged as a warning, or worse, since the last call."""
    caplog.set_level(logging.WARNING)

    def read() -> list[str]:
        found = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return found

    return read


def test_refused_pages_are_logged_quietly(
    everything: dict[str, str],
    charlie: User,
    other_tenant: Tenant,
    client_for: Callable[[User], Client],
    noise: Callable[[], list[str]],
) -> None:
    values, browsers = {**OF_A_KIND, **everything}, {"anonymous": Client(), "charlie": client_for(charlie)}
    problems, refused = [], 0
    for path in SERVED_PAGES:
        for who, browser in browsers.items():
            for method in ("post", "delete"):
                with transaction.atomic():
                    status = getattr(browser, method)(address(path, values)).status_code
                    transaction.set_rollback(True)
                refused += 400 <= status < 500
                if said := noise():
                    problems.append(f"{method} {path} by {who}, {status}: {said}")
    assert refused > 200
    assert problems == []


def test_refusals_of_the_api_are_logged_quietly(
    everything: dict[str, str],
    alice: User,
    api_for: Callable[[User], APIClient],
    noise: Callable[[], list[str]],
) -> None:
    senders = {"nobody": APIClient(), "alice": api_for(alice)}
    problems, refused = [], 0
    for path in sorted({path for _method, path in api()}):
        for who, sender in senders.items():
            for method, where in (
                ("post", address(path, OF_A_KIND)),  # no such row
                ("patch", address(path, {**OF_A_KIND, **everything})),  # not a valid body, or no such method
                ("put", address(path, {**OF_A_KIND, **everything})),
            ):
                with transaction.atomic():
                    status = getattr(sender, method)(where, {"nope": 1}, format="json").status_code
                    transaction.set_rollback(True)
                refused += 400 <= status < 500
                if said := noise():
                    problems.append(f"{method} {path} by {who}, {status}: {said}")
    assert refused > 100
    assert problems == []
