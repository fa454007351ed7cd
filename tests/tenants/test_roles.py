from collections.abc import Callable
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_scopes import scope
from rest_framework.test import APIClient

from tenants.access import get_api_token_for, member_required
from tenants.http import TenantRequest
from tenants.models import ApiToken, Membership, Tenant, User
from tenants.services import create_api_token

Role = Membership.Role
RISING = [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER]


@pytest.mark.parametrize(("held", "needed"), list(product(RISING, RISING)))
def test_each_role_may_do_what_the_roles_below_it_may(held: Role, needed: Role) -> None:
    assert Membership(role=held).may_act_as(needed) == (RISING.index(held) >= RISING.index(needed))


@pytest.fixture
def enter(rf: RequestFactory) -> Callable[..., HttpResponse]:
    """Ask for a page that takes an editor."""

    @member_required(Role.EDITOR)
    def page(request: TenantRequest) -> HttpResponse:
        return HttpResponse("in")

    def ask(user: User | AnonymousUser, membership: Membership | None) -> HttpResponse:
        request: HttpRequest = rf.get("/somewhere/")
        request.user = user
        request.membership = membership  # type: ignore[attr-defined]
        answer: HttpResponse = page(request)
        return answer

    return ask


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN, Role.OWNER])
def test_a_page_lets_in_its_role_and_above(
    enter: Callable[..., HttpResponse], alice: User, role: Role
) -> None:
    assert enter(alice, Membership(role=role)).content == b"in"


def test_a_page_refuses_a_lower_role_and_a_user_without_a_tenant(
    enter: Callable[..., HttpResponse], alice: User
) -> None:
    with pytest.raises(PermissionDenied):
        enter(alice, Membership(role=Role.VIEWER))
    with pytest.raises(PermissionDenied):
        enter(alice, None)


def test_a_page_sends_a_visitor_to_the_log_in(enter: Callable[..., HttpResponse]) -> None:
    assert enter(AnonymousUser(), None).headers["Location"] == "/accounts/login/?next=/somewhere/"


def test_a_viewers_token_reads_but_does_not_write(bob: User, api_for: Callable[[User], APIClient]) -> None:
    api = api_for(bob)
    assert api.get("/api/v1/shows/").status_code == 200
    answer = api.post("/api/v1/shows/", {"name": "Mine"}, format="json")
    assert answer.status_code == 403
    assert set(answer.json()) == {"detail", "code", "request_id"}


def test_a_token_follows_its_makers_role(
    bob: User, tenant: Tenant, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(bob)
    Membership.objects.filter(user=bob, tenant=tenant).update(role=Role.EDITOR)
    assert api.post("/api/v1/shows/", {"name": "Mine"}, format="json").status_code == 201


def test_the_door_to_a_token_is_closed_to_other_tenants(
    rf: RequestFactory, alice: User, tenant: Tenant, other_tenant: Tenant
) -> None:
    from django.http import Http404

    with scope(tenant=tenant):
        token, _ = create_api_token(tenant=tenant, user=alice, name="Deck")
    request = rf.get("/")
    request.tenant = tenant  # type: ignore[attr-defined]
    with scope(tenant=tenant):
        assert get_api_token_for(request, token.id) == token  # type: ignore[arg-type]
    request.tenant = other_tenant  # type: ignore[attr-defined]
    with scope(tenant=other_tenant), pytest.raises(Http404):
        get_api_token_for(request, token.id)  # type: ignore[arg-type]
    assert isinstance(token, ApiToken)
