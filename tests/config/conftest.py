from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scopes_disabled
from redis import Redis
from rest_framework.test import APIClient

from tenants.models import Tenant, User
from tests.config.everything import fill_workspace
from tests.config.web_server import WebServer, web_server


@pytest.fixture(scope="session")
def server(server_environment: dict[str, str]) -> Iterator[WebServer]:
    """A web server in its own processes, which no test stops: its start takes some seconds."""
    with web_server(server_environment) as running:
        yield running


@pytest.fixture
def everything(
    alice: User,
    tenant: Tenant,
    api_for: Callable[[User], APIClient],
    redis_client: Redis,
    settings: Any,
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """The ids of Alice's rows; see `fill_workspace`."""
    settings.MEDIA_ROOT = str(tmp_path)
    ids = fill_workspace(tenant, alice, api_for(alice))
    with scopes_disabled():
        yield ids
