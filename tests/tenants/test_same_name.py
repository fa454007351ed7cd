from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tenants.models import Tenant, User
from tenants.services import create_tenant
from tests.patience import PATIENCE_S


def test_the_second_of_a_name_gets_a_slug_of_its_own(make_user: Callable[[str], User]) -> None:
    first = create_tenant(owner=make_user("Anna"), name="Anna's lives", language="it")
    second = create_tenant(owner=make_user("Anna2"), name="Anna's lives", language="it")
    assert first.slug == "annas-lives"
    assert second.slug.startswith("annas-lives-")


@pytest.mark.parametrize("name", ["生放送", "!!!", "…"])
def test_a_name_without_latin_letters_still_gets_a_slug(make_user: Callable[[str], User], name: str) -> None:
    assert create_tenant(owner=make_user("Anna"), name=name, language="en").slug.startswith("workspace")


def test_a_name_too_long_for_its_column_is_cut(make_user: Callable[[str], User]) -> None:
    tenant = create_tenant(owner=make_user("Anna"), name="ha" * 100, language="en")
    assert len(tenant.name) == 100


def test_two_who_sign_up_at_once_with_the_same_name_both_get_in(
    transactional_db: None, make_user: Callable[[str], User]
) -> None:
    owners = [make_user(f"Anna{number}") for number in range(4)]
    together = Barrier(len(owners))

    def create(owner: User) -> Tenant:
        try:
            together.wait(timeout=PATIENCE_S)
            return create_tenant(owner=owner, name="Anna's lives", language="it")
        finally:
            connection.close()

    with ThreadPoolExecutor(len(owners)) as threads:
        tenants = list(threads.map(create, owners))
    assert len({tenant.slug for tenant in tenants}) == len(owners)
    assert "annas-lives" in {tenant.slug for tenant in tenants}
