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

MOST_QUERIES = 25


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
    assert set(asked) == set(PAGES)
    assert {name: count for name, count in again.items() if count > asked[name]} == {}
    assert {name: count for name, count in again.items() if count > MOST_QUERIES} == {}
