"""Emergency links: a secret address that ends lives without a log-in, and only by a POST."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from redis import Redis

from livesessions.kill import links
from livesessions.kill.link_views import PRESSES, TRIES
from livesessions.models.kills import EmergencyLink, Kill
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.services.shows import create_show
from tenants.models import AuditEntry, Tenant, User

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _empty_limits(redis_client: Redis) -> None:
    """No press of another test counts."""


@pytest.fixture
def on_air(session: LiveSession) -> LiveSession:
    return put_on_air(session)


@pytest.fixture
def new(tenant: Tenant, alice: User) -> links.NewLink:
    with scope(tenant=tenant):
        return links.create_link(tenant=tenant, user=alice, name="My phone")


def put_on_air(session: LiveSession) -> LiveSession:
    now = timezone.now()
    with scopes_disabled():
        LiveSession.objects.filter(id=session.id).update(
            status="active", start_requested_at=now, started_at=now
        )
        session.refresh_from_db()
    return session


def row(session: LiveSession) -> LiveSession:
    with scopes_disabled():
        return LiveSession.objects.get(id=session.id)


def path_of(new: links.NewLink) -> str:
    return f"/emergency/{new.token}/"


def test_a_post_ends_the_live_without_a_log_in_and_the_page_says_so(
    on_air: LiveSession, new: links.NewLink
) -> None:
    phone = Client(enforce_csrf_checks=True)
    shown = phone.get(path_of(new)).content.decode()
    assert on_air.show.name in shown
    assert row(on_air).is_open, "a preview of the link ends nothing"
    assert phone.head(path_of(new)).status_code == 200
    assert row(on_air).is_open
    after = phone.post(path_of(new), follow=True)
    assert row(on_air).end_reason == "killed"
    assert 'data-part="session" data-state="done"' in after.content.decode()
    with scopes_disabled():
        killed = Kill.objects.get()
        assert (killed.way, killed.label, killed.pressed_by) == ("link", "My phone", None)
        assert AuditEntry.objects.get(verb="emergency_link.used").detail == {"ended": 1}


def test_the_address_is_stored_nowhere_and_leaks_to_nobody(new: links.NewLink) -> None:
    answer = Client().get(path_of(new))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]
    assert new.token not in answer.content.decode()
    with scopes_disabled():
        assert new.token not in str(list(EmergencyLink.objects.values())) + str(
            list(AuditEntry.objects.values())
        )


def test_the_link_of_a_show_ends_the_lives_of_that_show_only(
    tenant: Tenant, alice: User, on_air: LiveSession
) -> None:
    with scope(tenant=tenant):
        other = create_show(tenant=tenant, name="Another", language="it")
        new = links.create_link(tenant=tenant, user=alice, name="Guest", show=other)
    shown = Client().post(path_of(new), follow=True).content.decode()
    assert row(on_air).is_open
    assert on_air.show.name not in shown


def test_a_link_never_reaches_another_workspace(new: links.NewLink, other_session: LiveSession) -> None:
    put_on_air(other_session)
    shown = Client().post(path_of(new), follow=True).content.decode()
    assert row(other_session).is_open
    assert other_session.show.name not in shown


def test_an_old_address_ends_nothing(tenant: Tenant, new: links.NewLink, on_air: LiveSession) -> None:
    with scope(tenant=tenant):
        newer = links.rotate_link(link=new.link)
    assert Client().post(path_of(new)).status_code == 404
    assert row(on_air).is_open
    with scope(tenant=tenant):
        links.delete_link(link=newer.link)
    assert Client().post(path_of(newer)).status_code == 404
    assert row(on_air).is_open


def test_presses_and_guesses_are_limited(new: links.NewLink) -> None:
    phone = Client()
    answers = [phone.post(path_of(new)).status_code for _ in range(PRESSES.limit + 1)]
    assert answers == [302] * PRESSES.limit + [429]
    guesses = [phone.get("/emergency/guess/").status_code for _ in range(TRIES.limit + 1)]
    assert guesses == [404] * TRIES.limit + [429]
    assert phone.get(path_of(new)).status_code == 200, "who guesses does not lock the owner out"


def test_the_address_and_its_code_are_shown_once(alice: User, show: Show, client_for: ClientFor) -> None:
    browser = client_for(alice)
    created = browser.post("/emergency-links/", {"name": "My phone", "show": str(show.id)})
    page = created.content.decode()
    assert "/emergency/" in page
    assert 'class="segno"' in page
    assert "no-store" in created.headers["Cache-Control"]
    later = browser.get("/emergency-links/").content.decode()
    assert "<bdi>My phone" in later
    assert "http://testserver/emergency/" not in later
    with scopes_disabled():
        link = EmergencyLink.objects.get()
    rotated = browser.post(f"/emergency-links/{link.id}/rotate/").content.decode()
    assert "http://testserver/emergency/" in rotated
    browser.post(f"/emergency-links/{link.id}/delete/")
    with scopes_disabled():
        assert not EmergencyLink.objects.exists()


def test_a_link_needs_a_name_and_a_workspace_has_not_many(
    tenant: Tenant, alice: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_for(alice)
    assert browser.post("/emergency-links/", {"name": " "}).status_code == 422
    monkeypatch.setattr(links, "MAX_LINKS", 0)
    refused = browser.post("/emergency-links/", {"name": "One more"})
    assert refused.status_code == 409
    assert 'value="One more"' in refused.content.decode()


def test_charlie_and_bob_manage_no_links(
    new: links.NewLink,
    other_show: Show,
    alice: User,
    bob: User,
    charlie: User,
    client_for: ClientFor,
) -> None:
    for command in ("rotate", "delete"):
        path = f"/emergency-links/{new.link.id}/{command}/"
        assert client_for(charlie).post(path).status_code == 404
        assert client_for(bob).post(path).status_code == 403
    assert client_for(bob).get("/emergency-links/").status_code == 403
    assert "<bdi>My phone" not in client_for(charlie).get("/emergency-links/").content.decode()
    taken = client_for(alice).post("/emergency-links/", {"name": "Theirs", "show": str(other_show.id)})
    assert taken.status_code == 422
    with scopes_disabled():
        assert EmergencyLink.objects.get().token_hash == new.link.token_hash
