import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from tenants.models import ApiToken, Membership, Tenant, User
from tenants.services import create_api_token, find_api_token

ClientFor = Callable[[User], Client]
HTMX = {"hx-request": "true"}
DECK = {"name": "Deck", "scopes": ["live", "say"], "lifetime": "30"}


@pytest.fixture
def token(alice: User, tenant: Tenant) -> ApiToken:
    with scope(tenant=tenant):
        token, _key = create_api_token(tenant=tenant, user=alice, name="Il mazzo di Alice")
    return token


def test_a_new_key_is_shown_once_and_works(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    client = client_for(alice)
    answer = client.post("/tokens/new/", {**DECK, "name": "<b>Deck</b>"})
    page = answer.content.decode()
    key = re.search(r'value="(vv_[\w-]+)"', page)
    assert key is not None
    assert "&lt;b&gt;Deck&lt;/b&gt;" in page
    assert "no-store" in answer["Cache-Control"]
    found = find_api_token(key=key[1])
    assert found is not None
    assert found.tenant == tenant
    assert found.scopes == ["live", "say"]
    assert found.expires_at is not None
    assert (found.expires_at - found.created_at).days in (29, 30)
    assert key[1] not in client.get("/tokens/").content.decode()


def test_a_token_may_never_expire(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    page = client_for(alice).post("/tokens/new/", {**DECK, "lifetime": "never"}).content.decode()
    assert "never expires" in page


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["all"]}, {"lifetime": "9999"}, {"lifetime": ""}]
)
def test_wrong_scopes_and_lifetimes_are_refused_and_the_rest_stays(
    alice: User, tenant: Tenant, client_for: ClientFor, wrong: dict[str, object]
) -> None:
    answer = client_for(alice).post("/tokens/new/", DECK | wrong)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert 'value="Deck"' in answer.content.decode()
    with scope(tenant=tenant):
        assert not ApiToken.objects.exists()


def test_without_tokens_the_page_shows_what_one_is_for(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    page = client_for(alice).get("/tokens/").content.decode()
    assert "curl -X POST http://testserver/api/v1/sessions/$SESSION/say/" in page
    assert 'href="/api/v1/docs/"' in page


def test_a_token_that_ends_soon_or_has_ended_says_so(
    alice: User, token: ApiToken, tenant: Tenant, client_for: ClientFor
) -> None:
    for days, word in ((3, "Expires soon"), (-3, "Expired")):
        with scope(tenant=tenant):
            ApiToken.objects.filter(id=token.id).update(expires_at=timezone.now() + timedelta(days=days))
        assert word in client_for(alice).get("/tokens/").content.decode()


def test_a_token_without_a_name_is_refused(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/tokens/new/", {**DECK, "name": " "})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_htmx_gets_the_tokens_alone(alice: User, token: ApiToken, client_for: ClientFor) -> None:
    part = client_for(alice).post("/tokens/new/", DECK, headers=HTMX).content.decode()
    assert "<html" not in part
    assert "Copy the key now" in part


def test_a_revoked_token_says_so(alice: User, token: ApiToken, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert client.post(f"/tokens/{token.id}/revoke/")["Location"] == "/tokens/"
    page = client.get("/tokens/").content.decode()
    assert "Revoked" in page
    assert f"/tokens/{token.id}/revoke/" not in page


@pytest.mark.parametrize("path", ["/tokens/", "/tokens/new/", "/tokens/{token}/revoke/"])
@pytest.mark.parametrize("role", [Membership.Role.VIEWER, Membership.Role.EDITOR])
def test_bob_without_the_role_of_an_admin_sees_no_tokens(
    bob: User, token: ApiToken, client_for: ClientFor, path: str, role: str
) -> None:
    Membership.objects.filter(user=bob).update(role=role)
    client = client_for(bob)
    ask = client.get if path == "/tokens/" else client.post
    answer = ask(path.format(token=token.id), {"name": "X"})
    assert answer.status_code == 403
    assert "/tokens/" not in client.get("/").content.decode()


def test_charlie_can_neither_see_nor_revoke_alices_token(
    charlie: User, other_tenant: Tenant, token: ApiToken, client_for: ClientFor
) -> None:
    client = client_for(charlie)
    assert "Il mazzo di Alice" not in client.get("/tokens/").content.decode()
    for token_id in (token.id, UUID(int=1)):
        assert client.post(f"/tokens/{token_id}/revoke/").status_code == 404
    with scope(tenant=token.tenant):
        token.refresh_from_db()
    assert token.revoked_at is None
