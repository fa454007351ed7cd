"""Several real connections ask a door at once for the last place: one passes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django_scopes import scopes_disabled

from billing.errors import PlanRefused
from billing.plans.catalogue import PLANS, Limit, PlanKey
from livesessions.models.sessions import LiveSession
from livesessions.services import sessions
from livesessions.services.sessions import start_session
from livesessions.shows.services.shows import make_show
from tenants.models import Invitation, Membership, Tenant, User
from tenants.services import create_tenant
from tenants.team.invitations import create_invitation
from tests.billing.plans import give_plan
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]
AT_ONCE = 4


@pytest.fixture(autouse=True)
def billing(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.BILLING_ENABLED = True
    monkeypatch.setattr(sessions, "_call_worker", lambda session: None)
    with scopes_disabled():
        yield


def passed(acts: Sequence[Callable[[], Any]]) -> int:
    """Run all acts at the same moment, each on a connection of its own; return how many were let through."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> bool:
        try:
            together.wait(PATIENCE_S)
            with scopes_disabled():
                act()
        except PlanRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(acts)) as threads:
        return sum(threads.map(run, acts))


def test_the_last_concurrent_live_starts_once(tenant: Tenant) -> None:
    give_plan(tenant, PlanKey.SELF)
    prepared = [
        LiveSession.objects.create(
            tenant=tenant,
            show=make_show(tenant=tenant, name=f"Show {number}", language="it"),
            source=LiveSession.Source.SIMULATOR,
        )
        for number in range(AT_ONCE)
    ]
    assert passed([partial(start_session, session=live) for live in prepared]) == 1
    assert LiveSession.objects.exclude(start_requested_at=None).count() == 1


def test_the_last_seat_is_given_once(tenant: Tenant, alice: User) -> None:
    give_plan(tenant, PlanKey.SELF)
    taken = Membership.objects.filter(tenant=tenant).count()
    for number in range(PLANS[PlanKey.SELF].limits[Limit.SEATS] - taken - 1):
        create_invitation(tenant=tenant, by=alice, email=f"before{number}@example.com", role="viewer")
    before = Invitation.objects.filter(tenant=tenant).count()
    acts = [
        partial(create_invitation, tenant=tenant, by=alice, email=f"new{number}@example.com", role="viewer")
        for number in range(AT_ONCE)
    ]
    assert passed(acts) == 1
    assert Invitation.objects.filter(tenant=tenant).count() == before + 1


def test_a_new_person_has_one_trial_however_often_the_button_is_pressed(db: None) -> None:
    dora = User.objects.create_user("dora@example.com")
    acts = [
        partial(create_tenant, owner=dora, name=f"Lives {number}", language="it") for number in range(AT_ONCE)
    ]
    assert passed(acts) == 1
    assert Membership.objects.filter(user=dora).count() == 1
