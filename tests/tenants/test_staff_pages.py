from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from billing.models.account import BillingAccount
from billing.models.ledger import (
    CreditWarning,
    Grant,
    Reservation,
    UsageDay,
    UsageEntry,
    UsageLive,
    UsageMonth,
)
from livesessions.models.checks import PassedCheck, WaivedCheck
from livesessions.models.events import ChatEvent
from livesessions.models.kills import EmergencyLink, Kill, StopAcknowledgement
from livesessions.models.replies import Reply, ReplyAudio
from livesessions.models.sessions import LiveSession
from moderation.models import ViewerRule
from moderation.services import set_viewer_rule
from providers.models import Credential
from rehearsals.models import Rehearsal
from reports.models import LiveSummary
from speech.models import CachedLine
from tenants.models import ApiToken, AuditEntry, Invitation, Membership, Tenant, User
from tenants.services import create_api_token
from tenants.team.invitations import create_invitation
from tests.accounts.codes import give_second_factor, prove_second_factor
from tests.architecture.sources import APPS
from website.models import Onboarding

# A workspace's keys are no business of the staff's.
MODELS = [model for model in apps.get_models() if model._meta.app_label in APPS and model is not Credential]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = {
    "CharField": "x",
    "TextField": "x",
    "JSONField": ["x"],
    "FloatField": 60.0,
    "BigIntegerField": 60,
    "PositiveBigIntegerField": 60,
    "DateField": NOW.date(),
    "PositiveIntegerField": 60,
    "PositiveSmallIntegerField": 60,
    "DateTimeField": NOW,
    "UUIDField": UUID(int=1),
}
by_name = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def page(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def staff(client_for: Callable[[User], Client], charlie: User, other_tenant: Tenant) -> Client:
    """Charlie works for us, and has a tenant of his own in use."""
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    return client


@pytest.fixture
def rows(session: LiveSession, tenant: Tenant, alice: User) -> dict[type[Model], Model]:
    """One row of Alice's of every model."""
    with scope(tenant=tenant):
        create_api_token(tenant=tenant, user=alice, name="Deck")
        invited, _key = create_invitation(
            tenant=tenant, by=alice, email="dora@example.com", role=Membership.Role.VIEWER
        )
        set_viewer_rule(tenant=tenant, viewer_hash="1", role=ViewerRule.Role.BLOCKED)
        ChatEvent.objects.create(
            tenant=tenant, session=session, source_id="1", kind="comment", occurred_at=NOW, received_at=NOW
        )
        Reply.objects.create(tenant=tenant, session=session, status=Reply.Status.SPOKEN, created_at=NOW)
        made: dict[type[Model], Model] = {User: alice, Tenant: tenant, LiveSession: session}
        made[Invitation] = invited
        for model in MODELS:
            made[model] = made.get(model) or _row_of(tenant, model, made)
    return made


def _row_of(tenant: Tenant, model: type[Model], made: dict[type[Model], Model]) -> Model:
    """Return a tenant's row of a model; where there is none, make one with what it cannot do without."""
    row = model._base_manager.filter(tenant=tenant).first()
    if row is not None:
        return row
    needed = [
        field
        for field in model._meta.concrete_fields
        if not (field.has_default() or field.null or field.blank or field.generated)
    ]
    return model._base_manager.create(**{field.name: _value_for(tenant, field, made) for field in needed})


def _value_for(tenant: Tenant, field: Any, made: dict[type[Model], Model]) -> Any:
    if field.is_relation:
        related = field.related_model
        return made.get(related) or _row_of(tenant, related, made)
    if field.choices:
        return field.choices[0][0]
    return VALUES[field.get_internal_type()]


def test_every_model_has_a_staff_page() -> None:
    assert [model for model in MODELS if not admin.site.is_registered(model)] == []


@by_name
def test_staff_see_the_rows_of_every_tenant(
    staff: Client, rows: dict[type[Model], Model], model: type[Model]
) -> None:
    row = rows[model]
    listed = staff.get(page(model, "changelist"))
    assert listed.status_code == 200
    assert page(model, "change", row.pk) in listed.content.decode()
    assert staff.get(page(model, "change", row.pk)).status_code == 200
    assert staff.get(page(model, "history", row.pk)).status_code == 200
    assert staff.get(page(model, "changelist"), {"q": "alice"}).status_code == 200


@by_name
def test_staff_can_add_what_may_be_added(
    staff: Client, rows: dict[type[Model], Model], model: type[Model]
) -> None:
    by_services_only = {User, ApiToken, LiveSession, ChatEvent, Reply, Rehearsal, CachedLine, AuditEntry}
    by_services_only |= {apps.get_model("overlay", "Overlay"), Kill, EmergencyLink, StopAcknowledgement}
    by_services_only |= {Invitation, LiveSummary, ReplyAudio, Onboarding, PassedCheck, WaivedCheck}
    by_services_only |= {BillingAccount, apps.get_model("encoder", "StreamTarget")}
    by_services_only |= set(apps.get_app_config("knowledge").get_models())
    by_services_only |= {UsageEntry, UsageDay, UsageMonth, UsageLive, Grant, Reservation, CreditWarning}
    assert staff.get(page(model, "add")).status_code == (403 if model in by_services_only else 200)


@pytest.mark.parametrize("model", [ChatEvent, Reply, LiveSession])
def test_what_happened_in_a_live_is_not_edited(
    staff: Client, rows: dict[type[Model], Model], model: type[Model]
) -> None:
    assert staff.post(page(model, "change", rows[model].pk), {}).status_code == 403
    assert staff.post(page(model, "delete", rows[model].pk), {"post": "yes"}).status_code == 403


def test_staff_can_save_a_row_of_any_tenant(staff: Client, rows: dict[type[Model], Model]) -> None:
    policy = next(row for model, row in rows.items() if model.__name__ == "Policy")
    form = staff.get(page(type(policy), "change", policy.pk)).context["adminform"].form
    data = {name: form[name].value() for name in form.fields} | {"name": "Renamed", "safe_mode": "on"}
    answer = staff.post(page(type(policy), "change", policy.pk), data)
    assert answer.status_code == 302, answer.context["errors"]
    with scopes_disabled():
        policy.refresh_from_db()
    assert policy.name == "Renamed"  # type: ignore[attr-defined]


def test_choosing_a_tenant_finds_it_by_name(staff: Client, tenant: Tenant) -> None:
    asked = {"app_label": "moderation", "model_name": "policy", "field_name": "tenant", "term": "Alice"}
    found = staff.get(reverse("admin:autocomplete"), asked).json()
    assert [result["id"] for result in found["results"]] == [str(tenant.id)]


def test_choosing_a_persona_finds_those_of_every_tenant(
    staff: Client, rows: dict[type[Model], Model]
) -> None:
    persona = next(row for model, row in rows.items() if model.__name__ == "Persona")
    asked = {"app_label": "livesessions", "model_name": "show", "field_name": "persona", "term": ""}
    found = staff.get(reverse("admin:autocomplete"), asked).json()
    assert str(persona.pk) in {result["id"] for result in found["results"]}


def test_staff_revoke_a_token_from_the_list(staff: Client, rows: dict[type[Model], Model]) -> None:
    token = rows[ApiToken]
    staff.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [str(token.pk)]})
    with scopes_disabled():
        assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_staff_kill_a_live_from_the_list(staff: Client, rows: dict[type[Model], Model]) -> None:
    live = rows[LiveSession]
    with scopes_disabled():
        Kill.objects.all().delete()
    staff.post(page(LiveSession, "changelist"), {"action": "kill", "_selected_action": [str(live.pk)]})
    with scopes_disabled():
        ended = LiveSession.objects.get(pk=live.pk)
        assert (ended.status, ended.end_reason) == ("ended", "killed")
        assert Kill.objects.get().way == Kill.Way.STAFF


def test_no_page_of_the_staff_shows_a_secret(staff: Client, rows: dict[type[Model], Model]) -> None:
    overlay = next(row for model, row in rows.items() if model.__name__ == "Overlay")
    shown = staff.get(page(type(overlay), "change", overlay.pk)).content.decode()
    assert overlay.token not in shown  # type: ignore[attr-defined]
    token = rows[ApiToken]
    shown = staff.get(page(ApiToken, "change", token.pk)).content.decode()
    assert token.key_hash not in shown  # type: ignore[attr-defined]


@by_name
def test_everybody_else_is_refused(
    client_for: Callable[[User], Client], alice: User, tenant: Tenant, model: type[Model]
) -> None:
    assert client_for(alice).get(page(model, "changelist")).status_code != 200
    visitor = Client().get(page(model, "changelist"), follow=True)
    assert visitor.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_staffs_log_in_is_the_one_with_the_limits(db: None) -> None:
    answer = Client().get("/staff/login/")
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_only_a_superuser_gives_power_away(staff: Client, charlie: User, alice: User) -> None:
    User.objects.filter(id=charlie.id).update(is_superuser=False)
    charlie.user_permissions.set(
        apps.get_model("auth", "Permission").objects.filter(content_type__app_label="tenants")
    )
    answer = staff.post(
        page(User, "change", alice.pk), {"name": "Alice", "is_active": "on", "is_superuser": "on"}
    )
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert not alice.is_superuser


def test_deleting_a_membership_takes_the_role_away(
    staff: Client, alice: User, bob: User, tenant: Tenant
) -> None:
    membership = Membership.objects.get(user=bob, tenant=tenant)
    staff.post(page(Membership, "delete", membership.pk), {"post": "yes"})
    assert not Membership.objects.filter(user=bob).exists()
