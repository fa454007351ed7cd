"""The audit log is complete, cannot be changed, and belongs to its workspace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib import admin
from django.db import ProgrammingError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from rest_framework.test import APIClient

from tenants import audit
from tenants.acting import SYSTEM, Actor, acting_as, current_actor
from tenants.admin import AuditedAdmin
from tenants.http import client_address
from tenants.models import ApiToken, AuditEntry, Membership, Tenant, User
from tenants.services import create_api_token, delete_tenant, revoke_api_token
from tenants.threads import in_thread
from tests.accounts.codes import give_second_factor, prove_second_factor

Kind = AuditEntry.ActorKind


@pytest.fixture
def token(tenant: Tenant, alice: User) -> ApiToken:
    with scope(tenant=tenant):
        made, _key = create_api_token(tenant=tenant, user=alice, name="Stream Deck")
    return made


def entries(**wanted: Any) -> list[AuditEntry]:
    with scopes_disabled():
        return list(AuditEntry.objects.filter(**wanted))


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with pending checks can be truncated
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tenants_auditentry SET verb = 'nothing.happened'",
        "DELETE FROM tenants_auditentry",
        "TRUNCATE tenants_auditentry",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(token: ApiToken, sql: str) -> None:
    before = entries()
    with pytest.raises(ProgrammingError, match="append-only"):
        execute(sql)
    assert entries() == before
    assert before


def test_an_update_is_refused_even_while_entries_are_erased(token: ApiToken) -> None:
    with pytest.raises(ProgrammingError, match="append-only"), audit.erasing():
        execute("UPDATE tenants_auditentry SET verb = 'nothing.happened'")


def test_the_permission_to_erase_ends_with_its_block(token: ApiToken) -> None:
    with audit.erasing():
        pass
    with pytest.raises(ProgrammingError, match="append-only"):
        execute("DELETE FROM tenants_auditentry")


def test_a_change_that_is_rolled_back_leaves_no_entry(token: ApiToken) -> None:
    with scope(tenant=token.tenant), transaction.atomic():
        revoke_api_token(token=token)
        transaction.set_rollback(True)
    assert entries(verb="token.revoked") == []


@pytest.mark.django_db
def test_a_tenant_is_deleted_with_its_entries_only_by_its_service() -> None:
    tenant = Tenant.objects.create(name="Dora's lives", slug="dora")
    audit.record("tenant.created", tenant)
    with scopes_disabled(), pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        tenant.delete()
    stored = Tenant.objects.get(slug="dora")
    tenant_id = str(stored.id)
    delete_tenant(tenant=stored)
    (entry,) = entries()
    assert (entry.verb, entry.detail) == ("tenant.deleted", {"tenant": tenant_id})
    assert not Tenant.objects.filter(slug="dora").exists()


def test_old_entries_are_erased_and_that_is_recorded(token: ApiToken, settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    recent = len(entries())
    now = timezone.now() + timedelta(days=29)
    assert audit.erase_old_entries(now) == 0
    assert audit.erase_old_entries(now + timedelta(days=2)) == recent
    (entry,) = entries()
    assert (entry.verb, entry.detail["entries"]) == ("audit.erased", recent)


def test_a_browsers_change_names_the_user_the_network_and_the_device(
    alice: User, tenant: Tenant, client_for: Callable[[User], Client]
) -> None:
    browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
    headers: Any = {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": browser}
    sent = {"name": "Mine", "scopes": ["read"], "lifetime": "30"}
    client_for(alice).post(reverse("tenants:api_token_create"), sent, **headers)
    (entry,) = entries(verb="token.created")
    assert (entry.actor_kind, entry.user_id, entry.address) == (Kind.USER, alice.id, "192.0.2.0")
    assert entry.device == "Firefox · Windows"
    assert (entry.tenant_id, entry.object_type) == (tenant.id, "tenants.apitoken")


def test_an_api_tokens_change_names_the_token_and_its_maker(
    alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]
) -> None:
    api_for(alice).post("/api/v1/personas/", {"name": "Nota", "system_prompt": "Hi."}, format="json")
    (entry,) = entries(verb="persona.created", actor_kind=Kind.TOKEN)
    with scope(tenant=tenant):
        made = ApiToken.objects.get(name="Tests")
    assert (entry.user_id, entry.token_id, entry.actor_label) == (alice.id, made.id, "Tests")


def test_a_token_key_is_in_no_entry(tenant: Tenant, alice: User) -> None:
    with scope(tenant=tenant):
        _token, key = create_api_token(tenant=tenant, user=alice, name="Mine")
    (entry,) = entries(verb="token.created")
    assert key not in f"{entry.detail} {entry.object_label} {entry.object_id}"


def test_without_a_request_the_system_acts(tenant: Tenant) -> None:
    (entry,) = entries(verb="tenant.created", tenant=tenant)
    assert (entry.actor_kind, entry.user_id, entry.address) == (Kind.SYSTEM, None, None)


def test_an_actor_reaches_the_threads_that_work_for_it(alice: User) -> None:
    actor = Actor(Kind.USER, alice.id, address="192.0.2.7")
    with acting_as(actor):
        assert async_to_sync(in_thread)(current_actor) == actor
        with acting_as(replace(actor, kind=Kind.STAFF)):
            assert current_actor().kind == Kind.STAFF
        assert current_actor() == actor
    assert current_actor() == SYSTEM


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1", "192.0.2.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "198.51.100.1", "192.0.2.7"),
        (1, "nonsense", None),
    ],
)
def test_only_what_trusted_proxies_add_counts_as_the_address(
    settings: Any, proxies: int, forwarded: str, address: str | None
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == address


def test_charlie_sees_no_entry_of_alices_workspace(
    token: ApiToken, charlie: User, other_tenant: Tenant, client_for: Callable[[User], Client]
) -> None:
    with scope(tenant=other_tenant):
        assert {entry.tenant_id for entry in AuditEntry.objects.all()} == {other_tenant.id}
    page = client_for(charlie).get(reverse("admin:tenants_auditentry_changelist"))
    assert page.status_code == 302
    assert "/login/" in page.headers["Location"]


def test_the_staffs_changes_are_recorded_and_listed(
    alice: User, bob: User, charlie: User, tenant: Tenant, client_for: Callable[[User], Client]
) -> None:
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    staff = client_for(charlie)
    prove_second_factor(staff, charlie)
    row = Membership.objects.get(user=bob)
    sent = {"user": bob.id, "tenant": tenant.id, "role": "editor"}
    staff.post(reverse("admin:tenants_membership_change", args=[row.id]), sent)
    (entry,) = entries(verb="staff.changed")
    assert (entry.actor_kind, entry.user_id, entry.tenant_id) == (Kind.STAFF, charlie.id, tenant.id)
    assert entry.object_id == str(row.id)
    page = staff.get(reverse("admin:tenants_auditentry_changelist"))
    assert charlie.email in page.content.decode()
    assert staff.post(reverse("admin:tenants_auditentry_delete", args=[entry.id])).status_code == 403


def test_every_page_of_the_staff_that_changes_rows_is_recorded() -> None:
    unrecorded = [str(each) for each in admin.site._registry.values() if not isinstance(each, AuditedAdmin)]
    assert unrecorded == []


def test_long_values_are_cut_and_equal_ones_left_out() -> None:
    before = {"prompt": "a" * 500, "name": "same", "terms": list(range(50))}
    after = {"prompt": "b" * 500, "name": "same", "terms": [1]}
    changed = audit.differences(before, after)
    assert set(changed) == {"prompt", "terms"}
    assert len(changed["prompt"]["after"]) < 500
    assert changed["terms"]["before"][-1] == "… 50"
    assert changed["terms"]["after"] == [1]
