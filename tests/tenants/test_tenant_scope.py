from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django_scopes import scope
from django_scopes.exceptions import ScopeError
from django_scopes.state import get_scope

from livesessions.models.shows import Show
from tenants.middleware import SESSION_KEY, TenantMiddleware
from tenants.models import ApiToken, Membership, Tenant, User
from tenants.services import create_api_token

OWNED = [
    model
    for model in apps.get_models()
    if model is not Membership
    # The mirror of Stripe is read by billing/subscriptions alone, always by the workspace's customer.
    and model._meta.app_label != "djstripe"
    and any(field.is_relation and field.related_model is Tenant for field in model._meta.fields)
]


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
def test_a_query_without_a_scope_raises(model: type[models.Model]) -> None:
    with pytest.raises(ScopeError):
        model._default_manager.all()
    with pytest.raises(ScopeError):
        model._default_manager.filter(pk=1)
    with pytest.raises(ScopeError):
        model._default_manager.count()


def test_a_query_inside_a_scope_sees_that_tenant_alone(
    show: Show, other_show: Show, tenant: Tenant, other_tenant: Tenant
) -> None:
    with scope(tenant=tenant):
        assert show in Show.objects.all()
        assert not Show.objects.filter(id=other_show.id).exists()
    with scope(tenant=other_tenant):
        assert other_show in Show.objects.all()
        assert not Show.objects.filter(id=show.id).exists()


class Seen:
    """What a view finds on the request when the middleware has run."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.tenant = request.tenant  # type: ignore[attr-defined]
        self.membership = request.membership  # type: ignore[attr-defined]
        self.api_token = request.api_token  # type: ignore[attr-defined]
        self.user = request.user
        self.scope = get_scope().get("tenant")
        return HttpResponse()


@pytest.fixture
def see(rf: RequestFactory) -> Callable[..., Seen]:
    def pass_through(user: User, key: str = "", chosen: str = "") -> Seen:
        client = Client()
        client.force_login(user)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = rf.get("/", headers=headers)
        request.user = user
        request.session = client.session
        if chosen:
            request.session[SESSION_KEY] = chosen
        seen = Seen()
        TenantMiddleware(seen)(request)
        return seen

    return pass_through


def test_a_member_of_one_tenant_gets_that_one(see: Callable[..., Seen], bob: User, tenant: Tenant) -> None:
    seen = see(bob)
    assert seen.tenant == seen.scope == tenant
    assert seen.membership.role == Membership.Role.VIEWER
    assert get_scope() == {}, "the scope ends with the request"


def test_a_user_without_a_tenant_gets_no_scope(see: Callable[..., Seen], alice: User) -> None:
    seen = see(alice)
    assert seen.tenant is seen.membership is seen.scope is None


def test_the_tenant_chosen_in_the_session_counts_only_for_its_members(
    see: Callable[..., Seen], alice: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    assert see(alice, chosen=str(other_tenant.id)).tenant == tenant
    Membership.objects.create(user=alice, tenant=other_tenant, role=Membership.Role.VIEWER)
    seen = see(alice, chosen=str(other_tenant.id))
    assert seen.tenant == other_tenant
    assert seen.membership.role == Membership.Role.VIEWER


def test_a_cookie_lends_no_rights_to_a_token(
    see: Callable[..., Seen], alice: User, tenant: Tenant, other_tenant: Tenant, charlie: User
) -> None:
    """Charlie owns his own tenant; in Alice's he only looks on, by cookie or by token."""
    Membership.objects.create(user=charlie, tenant=tenant, role=Membership.Role.VIEWER)
    with scope(tenant=tenant):
        _, key = create_api_token(tenant=tenant, user=charlie, name="Looks on")
    seen = see(charlie, key=key)
    assert seen.tenant == seen.scope == seen.membership.tenant == tenant
    assert seen.membership.role == Membership.Role.VIEWER
    assert not seen.user.is_authenticated, "a page for people takes no token"


def test_a_token_that_does_not_work_is_not_saved_by_a_cookie(
    see: Callable[..., Seen], alice: User, tenant: Tenant
) -> None:
    seen = see(alice, key="vv_wrong")
    assert seen.api_token is None
    assert not seen.user.is_authenticated
    assert seen.tenant is seen.membership is seen.scope is None


def test_saving_a_token_needs_no_scope_but_reading_one_does(alice: User, tenant: Tenant) -> None:
    create_api_token(tenant=tenant, user=alice, name="Tests")
    with pytest.raises(ScopeError):
        ApiToken.objects.get(name="Tests")
