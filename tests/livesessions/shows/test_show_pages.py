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


def test_a_new_show_leads_straight_to_going_live(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/shows/new/", {"name": "In cucina", "handle": "", "language": "en"})
    with scope(tenant=tenant):
        show = Show.objects.select_related("voice").get(name="In cucina")
    assert answer["Location"] == f"/shows/{show.id}/go-live/"
    assert show.voice.language == "en"


def test_a_show_is_changed_on_its_page(alice: User, show: Show, client_for: ClientFor) -> None:
    client_for(alice).post(f"/shows/{show.id}/", settings_of(name=HOSTILE, handle="@another"))
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert (show.name, show.handle, show.language) == (HOSTILE, "another", "it")
    page = client_for(alice).get(f"/shows/{show.id}/").content.decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_a_simulated_live_is_prepared_at_the_chosen_rate(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(
        f"/shows/{show.id}/go-live/", {"source": "simulator", "rate_per_minute": "90"}
    )
    with scope(tenant=show.tenant):
        session = LiveSession.objects.get(show=show)
    assert answer["Location"] == f"/lives/{session.id}/"
    assert session.source_options == {"rate_per_minute": 90}


@pytest.mark.parametrize("rate", ["9", "121", "-1", "many"])
def test_a_rate_that_is_no_chat_is_refused(alice: User, show: Show, client_for: ClientFor, rate: str) -> None:
    client_for(alice).post(f"/shows/{show.id}/go-live/", {"source": "simulator", "rate_per_minute": rate})
    with scope(tenant=show.tenant):
        assert not LiveSession.objects.exists()


def test_a_show_with_an_open_live_says_so_and_points_to_it(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(f"/shows/{session.show_id}/go-live/", {"source": "simulator"})
    page = answer.content.decode()
    assert "This show has a live that has not ended" in page
    assert f"/lives/{session.id}/" in page


def test_tiktok_without_a_handle_says_what_to_do(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    with scope(tenant=tenant):
        show = Show.objects.get(handle="")
    answer = client_for(alice).post(f"/shows/{show.id}/go-live/", {"source": "tiktok"})
    assert "This show has no TikTok handle. Add one, or choose the simulated chat." in answer.content.decode()


@pytest.mark.parametrize("path", ["/shows/{show}/", "/shows/{show}/go-live/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_finds_no_page_of_alices_shows(
    charlie: User, other_show: Show, show: Show, client_for: ClientFor, path: str, method: str
) -> None:
    client = client_for(charlie)
    sent = {"name": "Mine now", "handle": "", "source": "simulator"}
    for show_id in (show.id, NOBODY):
        assert getattr(client, method)(path.format(show=show_id), sent).status_code == 404
    with scopes_disabled():
        assert not Show.objects.filter(name="Mine now").exists()
        assert not LiveSession.objects.exists()


@pytest.mark.parametrize("path", ["/shows/new/", "/shows/{show}/", "/shows/{show}/go-live/"])
def test_bob_who_looks_on_may_not_change_shows(
    bob: User, show: Show, client_for: ClientFor, path: str
) -> None:
    answer = client_for(bob).post(
        path.format(show=show.id), {"name": "X", "handle": "", "language": "it", "source": "simulator"}
    )
    assert answer.status_code == 403
    assert "Your role in this workspace does not include it" in answer.content.decode()
