from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User
from tests.livesessions.shows.test_show_settings import settings_of

ClientFor = Callable[[User], Client]
NOBODY = UUID(int=1)
HOSTILE = "<script>alert(1)</script>"


def shows_of(tenant: Tenant) -> set[str]:
    with scope(tenant=tenant):
        return set(Show.objects.values_list("name", flat=True))


def test_a_visitor_is_sent_to_the_log_in_page(client: Client, db: None) -> None:
    answer = client.get("/shows/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/shows/"


def test_alice_sees_her_shows_and_how_their_lives_stand(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    page = client_for(alice).get("/shows/").content.decode()
    assert "La sera di Alice" in page
    assert "Ready" in page
    assert f"/lives/{session.id}/" in page


def test_charlie_sees_none_of_them(
    charlie: User, show: Show, other_show: Show, client_for: ClientFor
) -> None:
    page = client_for(charlie).get("/shows/").content.decode()
    assert "La sera di Charlie" in page
    assert "La sera di Alice" not in page


def test_the_list_says_what_to_do_when_there_is_nothing(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    with scope(tenant=tenant):
        Show.objects.all().delete()
    page = client_for(alice).get("/shows/").content.decode()
    assert "Create your first show" in page


def test_bob_who_looks_on_gets_no_buttons_that_change_anything(
    bob: User, show: Show, client_for: ClientFor
) -> None:
    page = client_for(bob).get("/shows/").content.decode()
    assert "La sera di Alice" in page
    assert "Go live" not in page
    assert "/shows/new/" not in page


def test_htmx_gets_the_rows_alone(alice: User, show: Show, client_for: ClientFor) -> None:
    part = client_for(alice).get("/shows/", headers={"hx-request": "true"}).content.decode()
    assert "La sera di Alice" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    "handle",
    [
        "nonna.pina",
        "@nonna.pina",
        " @nonna.pina ",
        "https://www.tiktok.com/@nonna.pina",
        "https://www.tiktok.com/@nonna.pina/live?lang=it",
        "tiktok.com/@nonna.pina",
    ],
)
def test_a_handle_may_be_typed_or_pasted(
    alice: User, tenant: Tenant, client_for: ClientFor, handle: str
) -> None:
    answer = client_for(alice).post("/shows/new/", {"name": "In cucina", "handle": handle, "language": "it"})
    assert answer.status_code == 302
    with scope(tenant=tenant):
        assert Show.objects.get(name="In cucina").handle == "nonna.pina"


@pytest.mark.parametrize(
    "handle", ["nonna pina", "x", HOSTILE, "a" * 25, "https://example.com/@nonna", "😀😀"]
)
def test_a_handle_that_cannot_be_one_is_refused_and_what_was_entered_stays(
    alice: User, tenant: Tenant, client_for: ClientFor, handle: str
) -> None:
    answer = client_for(alice).post("/shows/new/", {"name": "In cucina", "handle": handle, "language": "it"})
    page = answer.content.decode()
    assert "A TikTok handle has 2 to 24 letters" in page
    assert 'value="In cucina"' in page
    assert HOSTILE not in page
    assert "In cucina" not in shows_of(tenant)


def test_a_new_show_leads_to_its_own_page(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/shows/new/", {"name": "In cucina", "handle": "", "language": "en"})
    with scope(tenant=tenant):
        show = Show.objects.select_related("voice").get(name="In cucina")
    assert answer["Location"] == f"/shows/{show.id}/"
    assert show.voice.language == "en"


def test_a_show_is_changed_on_its_page(alice: User, show: Show, client_for: ClientFor) -> None:
    client_for(alice).post(f"/shows/{show.id}/advanced/", settings_of(name=HOSTILE, handle="@another"))
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert (show.name, show.handle, show.language) == (HOSTILE, "another", "it")
    page = client_for(alice).get(f"/shows/{show.id}/").content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/shows/{show}/advanced/", "/shows/{show}/games/", "/shows/{show}/delete/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_finds_no_page_of_alices_shows(
    charlie: User, other_show: Show, show: Show, client_for: ClientFor, path: str, method: str
) -> None:
    client = client_for(charlie)
    sent = {"name": "Mine now", "handle": ""}
    for show_id in (show.id, NOBODY):
        assert getattr(client, method)(path.format(show=show_id), sent).status_code == 404
    with scopes_disabled():
        assert not Show.objects.filter(name="Mine now").exists()


@pytest.mark.parametrize(
    "path", ["/shows/new/", "/shows/{show}/advanced/", "/shows/{show}/games/", "/shows/{show}/delete/"]
)
def test_bob_who_looks_on_may_not_change_shows(
    bob: User, show: Show, client_for: ClientFor, path: str
) -> None:
    answer = client_for(bob).post(path.format(show=show.id), {"name": "X", "handle": "", "language": "it"})
    assert answer.status_code == 403
    assert "Your role in this workspace does not include it" in answer.content.decode()
