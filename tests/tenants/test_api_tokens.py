import hashlib

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from tenants.models import ApiToken, Membership, Scope, Tenant, User
from tenants.services import create_api_token, find_api_token, revoke_api_token


@pytest.fixture
def token_and_key(alice: User, tenant: Tenant) -> tuple[ApiToken, str]:
    with scope(tenant=tenant):
        return create_api_token(tenant=tenant, user=alice, name="Deck")


def status(key: str, scheme: str = "Bearer") -> int:
    return Client().get("/api/v1/shows/", headers={"Authorization": f"{scheme} {key}"}).status_code


def test_a_key_opens_the_api(token_and_key: tuple[ApiToken, str]) -> None:
    assert status(token_and_key[1]) == 200
    assert status(token_and_key[1], scheme="bearer") == 200


def test_only_the_hash_of_a_key_is_kept(token_and_key: tuple[ApiToken, str], tenant: Tenant) -> None:
    token, key = token_and_key
    assert key.startswith("vv_")
    assert len(key) >= 40
    with scope(tenant=tenant):
        row = ApiToken.objects.filter(id=token.id).values().get()
    assert row["key_hash"] == hashlib.sha256(key.encode()).hexdigest()
    assert all(key not in str(value) for value in row.values())
    assert len(row["prefix"]) < len(key) / 2, "the prefix tells tokens apart, and nothing more"


def test_a_revoked_token_is_refused(token_and_key: tuple[ApiToken, str]) -> None:
    token, key = token_and_key
    revoke_api_token(token=token)
    assert status(key) == 401


def test_a_token_works_until_it_expires(token_and_key: tuple[ApiToken, str], tenant: Tenant) -> None:
    token, key = token_and_key
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days in (364, 365), "a year, unless it is chosen"
    assert set(token.scopes) == set(Scope.values), "every scope, unless they are chosen"
    with scope(tenant=tenant):
        ApiToken.objects.filter(id=token.id).update(expires_at=timezone.now())
    assert status(key) == 401
    with scope(tenant=tenant):
        ApiToken.objects.filter(id=token.id).update(expires_at=None)
    assert status(key) == 200


def test_revoking_twice_keeps_the_first_time(token_and_key: tuple[ApiToken, str]) -> None:
    token, _ = token_and_key
    revoke_api_token(token=token)
    revoked_at = token.revoked_at
    revoke_api_token(token=token)
    assert token.revoked_at == revoked_at


def test_a_token_whose_maker_left_the_tenant_is_refused(
    token_and_key: tuple[ApiToken, str], alice: User, tenant: Tenant
) -> None:
    Membership.objects.filter(user=alice, tenant=tenant).delete()
    assert status(token_and_key[1]) == 401


def test_membership_elsewhere_does_not_keep_a_token_alive(
    token_and_key: tuple[ApiToken, str], alice: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    Membership.objects.filter(user=alice, tenant=tenant).update(tenant=other_tenant)
    assert find_api_token(key=token_and_key[1]) is None


def test_a_token_whose_maker_is_disabled_or_gone_is_refused(
    token_and_key: tuple[ApiToken, str], alice: User
) -> None:
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert status(token_and_key[1]) == 401
    alice.delete()
    assert status(token_and_key[1]) == 401


@pytest.mark.parametrize("key", ["", "vv_", "vv_wrong", "x" * 5000, "ü", "vv_ \t"])
def test_what_is_no_key_is_refused(db: None, key: str) -> None:
    assert find_api_token(key=key) is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer vv_wrong", "Token vv_wrong", "Basic YTpi", "nonsense"])
def test_a_refusal_says_how_to_authenticate(db: None, header: str) -> None:
    answer = Client().get("/api/v1/shows/", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Vivavoce"'
    assert set(answer.json()) == {"detail", "code", "request_id"}


def test_the_use_of_a_token_is_noted_once_a_minute(
    token_and_key: tuple[ApiToken, str], tenant: Tenant
) -> None:
    _, key = token_and_key
    first = find_api_token(key=key)
    second = find_api_token(key=key)
    assert first is not None
    assert second is not None
    assert first.last_used_at is not None
    assert first.last_used_at == second.last_used_at
