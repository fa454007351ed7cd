"""The pages that the bench measures answer a full workspace with few queries, however many lives it has."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from bench.pages.filling import fill
from bench.pages.server_time import PAGES, paths_of
from tenants.models import Tenant, User

# The most queries of each page, on an ended live also those that store its figures.
MOST_QUERIES = {
    "home": 14,
    "shows": 6,
    "show": 10,
    "show_host": 6,
    "show_voice": 9,
    "go_live": 13,
    "plan": 7,
    "overlay_editor": 6,
    "setup": 6,
    "console": 13,
    "lives": 6,
    "ended_live": 22,
    "moderation_log": 7,
    "personas": 6,
    "voices": 7,
    "rules": 10,
    "rehearsals": 6,
    "tokens": 5,
    "workspace": 4,
    "team": 6,
    "audit_log": 6,
    "account": 5,
}


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return len(queries)


@pytest.mark.django_db
def test_no_page_asks_more_when_there_are_more_lives(
    tenant: Tenant, alice: User, client_for: Callable[[User], Client], redis_client: object
) -> None:
    client = client_for(alice)
    with scopes_disabled():
        few = paths_of(tenant, fill(tenant, sessions=3, events=60))
        asked = {name: queries_of(client, path) for name, path in few.items()}
        many = paths_of(tenant, fill(tenant, sessions=12, events=600))
        again = {name: queries_of(client, path) for name, path in many.items()}
    assert set(asked) == set(PAGES) == set(MOST_QUERIES)
    assert {name: count for name, count in again.items() if count > asked[name]} == {}
    assert {name: count for name, count in again.items() if count > MOST_QUERIES[name]} == {}
