"""The cast: Alice owns a workspace, Bob looks on, Charlie is a stranger with a workspace of his own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    import redis
    from django.test import Client
    from rest_framework.test import APIClient

    from livesessions.models.sessions import LiveSession
    from livesessions.models.shows import Show
    from tenants.models import Tenant, User

# Models are imported inside the fixtures, so that tests of plain Python run without Django too.

PASSWORD = "correct horse battery staple"


@pytest.fixture
def make_user(db: None) -> "Callable[[str], User]":
    """Call with a name for a person whose e-mail address is verified and whose password is `PASSWORD`."""
    from allauth.account.models import EmailAddress

    from tenants.models import User

    def make(name: str) -> User:
        user = User.objects.create_user(f"{name.lower()}@example.com", PASSWORD, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def alice(make_user: "Callable[[str], User]") -> "User":
    return make_user("Alice")


@pytest.fixture
def charlie(make_user: "Callable[[str], User]") -> "User":
    return make_user("Charlie")


@pytest.fixture
def tenant(alice: "User") -> "Tenant":
    from tenants.services import create_tenant

    return create_tenant(owner=alice, name="Alice's lives", language="it")


@pytest.fixture
def other_tenant(charlie: "User") -> "Tenant":
    from tenants.services import create_tenant

    return create_tenant(owner=charlie, name="Charlie's lives", language="it")


@pytest.fixture
def bob(make_user: "Callable[[str], User]", tenant: "Tenant") -> "User":
    from tenants.models import Membership

    bob = make_user("Bob")
    Membership.objects.create(tenant=tenant, user=bob, role=Membership.Role.VIEWER)
    return bob


@pytest.fixture
def show(tenant: "Tenant") -> "Show":
    return _make_show(tenant, "La sera di Alice")


@pytest.fixture
def other_show(other_tenant: "Tenant") -> "Show":
    return _make_show(other_tenant, "La sera di Charlie")


@pytest.fixture
def session(show: "Show") -> "LiveSession":
    return _make_session(show)


@pytest.fixture
def other_session(other_show: "Show") -> "LiveSession":
    return _make_session(other_show)


def _make_show(tenant: "Tenant", name: str) -> "Show":
    from django_scopes import scope

    from livesessions.shows.services.shows import create_show

    with scope(tenant=tenant):
        return create_show(tenant=tenant, name=name, language="it", handle="la.sera")


def _make_session(show: "Show") -> "LiveSession":
    from django_scopes import scope

    from livesessions.services.sessions import create_session

    with scope(tenant=show.tenant):
        return create_session(
            show=show, source="simulator", source_options={"rate_per_minute": 30, "seed": 1}
        )


@pytest.fixture
def client_for() -> "Callable[[User], Client]":
    """Call with a user for a browser that has logged in."""
    from django.test import Client

    def log_in(user: "User") -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def api_for() -> "Callable[[User], APIClient]":
    """Call with a user for a REST client that holds a new token of the first workspace they joined."""
    from django_scopes import scope
    from rest_framework.test import APIClient

    from tenants.models import Membership
    from tenants.services import create_api_token

    def hold_token(user: "User") -> APIClient:
        tenant = Membership.objects.filter(user=user).order_by("created_at")[0].tenant
        with scope(tenant=tenant):
            _, key = create_api_token(tenant=tenant, user=user, name="Tests")
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")

    return hold_token


@pytest.fixture
def redis_client() -> "Iterator[redis.Redis]":
    """The run's Redis database, emptied: queues, cache and rate limits."""
    import redis
    from django.conf import settings

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


@pytest.fixture(scope="session")
def server_environment(django_db_setup: None) -> dict[str, str]:
    """The environment in which a child process uses this run's database and Redis."""
    from django.conf import settings
    from django.db import connection

    database = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DATABASE_URL": database.geturl(),
        "TEST_REDIS_URL": settings.REDIS_URL,
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> str:
    """Copy each worker's database from one that is migrated, where the servers are the embedded ones.

    Return the limits of statements, which creating a database on a busy machine exceeds; they are lifted.
    """
    from django.conf import settings

    from providers.postgres import allow_long_statements
    from tests.schema import ensure_template

    limits: str = settings.DATABASES["default"]["OPTIONS"]["options"]
    allow_long_statements()
    if Path(os.environ["TEST_RUN_FOLDER"], "servers.json").exists():
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = ensure_template(os.environ["TEST_DATABASE_URL"])
    return limits


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Between two tests erase what was committed; before the database is dropped, let go of it.

    Threads of the sockets' server still hold connections open.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    from providers.postgres import allow_long_statements
    from tests.erasing import erase_rows

    connection.settings_dict["OPTIONS"]["options"] = django_db_modify_db_settings
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: erase_rows())
        yield
    allow_long_statements()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
