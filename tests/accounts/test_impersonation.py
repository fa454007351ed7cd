"""Staff look as a user: with a reason, for an hour, only reading, and always recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.impersonation.state import SESSION_KEY
from tenants.models import AuditEntry, Tenant, User
from tests.accounts.codes import give_second_factor, prove_second_factor

ClientFor = Callable[[User], Client]
REASON = "Support request 4711"


@pytest.fixture
def staff(charlie: User, other_tenant: Tenant, client_for: ClientFor) -> Client:
    """Charlie, a superuser with a second factor."""
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    return client


def start(client: Client, user: User, reason: str = REASON) -> int:
    return client.post(f"/staff/impersonate/{user.id}/", {"reason": reason}).status_code


def entries(verb: str, tenant: Tenant) -> list[AuditEntry]:
    with scopes_disabled():
        return list(AuditEntry.objects.filter(verb=verb, tenant=tenant))


def test_staff_see_a_users_pages_with_a_banner_and_each_is_recorded(
    staff: Client, alice: User, tenant: Tenant, charlie: User
) -> None:
    assert (
        f"/staff/impersonate/{alice.id}/"
        in staff.get(f"/staff/tenants/user/{alice.id}/change/").content.decode()
    )
    assert start(staff, alice) == 302
    page = staff.get("/shows/").content.decode()
    assert "You look at Vivavoce as <strong>alice@example.com</strong>" in page
    (begun,) = entries("impersonation.started", tenant)
    (seen,) = entries("impersonation.request", tenant)
    assert (begun.user_id, begun.detail["reason"]) == (charlie.id, REASON)
    assert (seen.user_id, seen.actor_kind, seen.detail["path"]) == (charlie.id, "staff", "/shows/")


def test_nothing_is_changed_and_the_persons_own_pages_stay_closed(
    staff: Client, alice: User, tenant: Tenant
) -> None:
    start(staff, alice)
    assert staff.post("/shows/new/", {"name": "Mine", "language": "en"}).status_code == 403
    assert staff.post("/workspace/delete/", {"name": tenant.name}).status_code == 403
    for path in ("/account/", "/accounts/email/", "/accounts/2fa/", "/workspaces/"):
        assert staff.get(path).status_code == 403
    assert len(entries("impersonation.request", tenant)) == 6


def test_the_button_ends_it(staff: Client, alice: User, tenant: Tenant) -> None:
    start(staff, alice)
    assert staff.post("/impersonation/end/").headers["Location"] == "/staff/"
    assert "You look at Vivavoce as" not in staff.get("/shows/").content.decode()
    assert len(entries("impersonation.ended", tenant)) == 1


def test_it_ends_after_an_hour(staff: Client, alice: User, tenant: Tenant) -> None:
    start(staff, alice)
    session = staff.session
    left = datetime.fromisoformat(session[SESSION_KEY]["ends_at"]) - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    session[SESSION_KEY] = {**session[SESSION_KEY], "ends_at": timezone.now().isoformat()}
    session.save()
    assert "You look at Vivavoce as" not in staff.get("/shows/").content.decode()
    assert SESSION_KEY not in staff.session


def test_it_ends_when_a_right_is_taken_away(
    staff: Client, alice: User, charlie: User, tenant: Tenant
) -> None:
    start(staff, alice)
    User.objects.filter(id=charlie.id).update(is_superuser=False)
    assert "You look at Vivavoce as" not in staff.get("/shows/").content.decode()


@pytest.mark.parametrize("reason", ["", "short"])
def test_a_reason_is_required(staff: Client, alice: User, tenant: Tenant, reason: str) -> None:
    assert start(staff, alice, reason) == 422
    assert entries("impersonation.started", tenant) == []


def test_nobody_looks_as_staff(staff: Client, alice: User, tenant: Tenant) -> None:
    User.objects.filter(id=alice.id).update(is_staff=True)
    assert start(staff, alice) == 403


def test_only_superusers_with_a_second_factor_may(
    staff: Client, alice: User, charlie: User, tenant: Tenant, client_for: ClientFor
) -> None:
    assert start(client_for(charlie), alice) == 302  # no second factor proved in this log-in
    User.objects.filter(id=charlie.id).update(is_superuser=False)
    assert start(staff, alice) == 403
    assert start(client_for(alice), charlie) == 302
    assert entries("impersonation.started", tenant) == []
