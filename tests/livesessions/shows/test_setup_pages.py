from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.views import setup
from overlay.testing.outcome_messages import MESSAGES
from overlay.testing.spoken_line import OverlayTestOutcome
from tenants.models import User

ClientFor = Callable[[User], Client]
HTMX = {"hx-request": "true"}
PATHS = ["", "streamlabs/", "tiktok/", "overlays/", "qr/overlay/", "qr/guide/"]
MOST_BYTES = 60_000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def url(show: Show, path: str = "") -> str:
    return f"/shows/{show.id}/setup/{path}"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", ["Control audio via OBS", "Shutdown source when not visible", "Interact"]),
        ("streamlabs/", ["Browser Source", "Control audio via Streamlabs Desktop"]),
        ("tiktok/", ["TikTok LIVE Studio", "Web source"]),
    ],
)
def test_each_program_has_a_guide_with_the_address_and_the_programs_own_words(
    alice: User, show: Show, client_for: ClientFor, path: str, words: list[str]
) -> None:
    answer = client_for(alice).get(url(show, path))
    page = answer.content.decode()
    assert f"/overlay/{show.overlay.token}/" in page
    for word in [*words, "1080", "1920"]:
        assert word in page
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_guide_names_the_boxes_as_the_italian_obs_does(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    page = client_for(alice).get(url(show), headers={"accept-language": "it"}).content.decode()
    for word in (
        "Controlla audio tramite OBS",
        "Chiudi la fonte quando non è visibile",
        "Ricarica la pagina del browser quando la scena diventa attiva",
        "Larghezza",
        "Altezza",
    ):
        assert word in page


def test_an_unknown_program_or_code_or_test_is_not_found(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert client.get(url(show, "winamp/")).status_code == 404
    assert client.get(url(show, "qr/token/")).status_code == 404
    assert client.post(url(show, "try/"), {"sample": "fireworks"}).status_code == 404


def test_the_guide_says_whether_an_overlay_is_open(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    assert "No overlay is open" in client.get(url(show)).content.decode()
    part = client.get(url(show, "overlays/"), headers=HTMX).content.decode()
    assert "No overlay is open" in part
    assert "<html" not in part


def test_the_overlays_code_is_drawn_only_when_asked_for_and_with_the_warning(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    assert 'class="segno"' not in client.get(url(show)).content.decode()
    part = client.get(url(show, "qr/overlay/"), headers=HTMX)
    assert 'class="segno"' in part.content.decode()
    assert "show it to nobody" in part.content.decode()
    assert "style=" not in part.content.decode()
    assert "no-store" in part.headers["Cache-Control"]
    assert 'class="segno"' in client.get(url(show, "qr/guide/")).content.decode()


def test_the_pictures_of_every_language_are_there_and_small() -> None:
    for language, _ in settings.LANGUAGES:
        for stem in ("overlay", "heard"):
            found = finders.find(f"guide/{stem}-{language}.webp")
            assert found is not None
            assert 0 < Path(found).stat().st_size < MOST_BYTES


@pytest.mark.parametrize("outcome", list(OverlayTestOutcome))
def test_what_became_of_a_test_is_said_with_what_to_do(
    alice: User,
    show: Show,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    outcome: OverlayTestOutcome,
) -> None:
    monkeypatch.setattr(setup, "run_show_overlay_test", lambda **what: outcome)
    part = client_for(alice).post(url(show, "try/"), {"sample": "voice"}, headers=HTMX).content.decode()
    assert str(MESSAGES[outcome].title) in part
    assert "<html" not in part


def test_a_test_works_without_htmx_and_leads_back(
    alice: User, session: LiveSession, client_for: ClientFor, redis_client: "redis.Redis"
) -> None:
    client = client_for(alice)
    answer = client.post(url(session.show, "try/"), {"sample": "chat"}, follow=True)
    assert answer.redirect_chain == [(url(session.show), 302)]
    assert "Sent to the overlay." in answer.content.decode()
    answer = client.post(url(session.show, "try/"), {"sample": "chat", "live": str(session.id)})
    assert answer.headers["Location"] == f"/lives/{session.id}/"


def test_too_many_tests_are_refused_in_words(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    answers = [client.post(url(show, "try/"), {"sample": "chat"}, headers=HTMX) for _ in range(12)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 409
    assert "Try again in" in answers[-1].content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_strangers_find_no_guide_and_lookers_on_may_not_see_it(
    charlie: User,
    bob: User,
    other_show: Show,
    show: Show,
    client_for: ClientFor,
    path: str,
) -> None:
    assert client_for(charlie).get(url(show, path)).status_code == 404
    assert client_for(bob).get(url(show, path)).status_code == 403
    assert Client().get(url(show, path)).status_code == 302


def test_strangers_and_lookers_on_try_nothing(
    charlie: User, bob: User, other_show: Show, show: Show, client_for: ClientFor
) -> None:
    assert client_for(charlie).post(url(show, "try/"), {"sample": "chat"}).status_code == 404
    assert client_for(bob).post(url(show, "try/"), {"sample": "chat"}).status_code == 403
    assert Client().post(url(show, "try/"), {"sample": "chat"}).status_code == 302


def test_the_guide_is_linked_from_the_console_and_the_show(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    client = client_for(alice)
    guide = url(session.show)
    for page in (f"/lives/{session.id}/", f"/shows/{session.show_id}/"):
        assert f'href="{guide}"' in client.get(page).content.decode()


def test_a_new_show_leads_to_its_guide(alice: User, show: Show, client_for: ClientFor) -> None:
    answer = client_for(alice).post("/shows/new/", {"name": "Nuovo", "language": "it"}, follow=True)
    with scope(tenant=show.tenant):
        new = Show.objects.get(name="Nuovo")
    assert url(new) in answer.content.decode()
