"""The tabs of a show: persona, voice and rules are chosen in the show, and can be heard there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import stop_session
from livesessions.shows.services.lifecycle import archive_show
from moderation.models import Policy
from planner.services import PersonaTraits, create_persona
from speech.services.voices import Provider, create_voice
from tenants.models import Tenant, User

ClientFor = Callable[[User], Client]
TABS = ("", "host/", "voice/", "rules/", "plan/", "overlay/", "games/", "advanced/")


@pytest.fixture
def desk(alice: User, show: Show, client_for: ClientFor) -> Client:
    return client_for(alice)


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_every_tab_leads_to_every_other(desk: Client, show: Show) -> None:
    for tab in TABS:
        page = html(desk, f"/shows/{show.id}/{tab}")
        assert all(f'href="/shows/{show.id}/{other}"' in page for other in TABS), tab
        assert page.count('aria-current="page"') >= 1


def test_a_persona_is_chosen_in_the_show_with_what_it_knows(desk: Client, show: Show) -> None:
    with scope(tenant=show.tenant):
        nota = create_persona(tenant=show.tenant, traits=PersonaTraits("Nota", "Hi.", "it"))
    assert "Nota" in html(desk, f"/shows/{show.id}/host/")
    desk.post(f"/shows/{show.id}/host/", {"persona": str(nota.id), "facts": "Ogni sabato."})
    with scope(tenant=show.tenant):
        show.refresh_from_db()
        assert (show.persona_id, show.facts) == (nota.id, "Ogni sabato.")


def test_a_voice_and_rules_are_chosen_in_the_show(desk: Client, show: Show) -> None:
    with scope(tenant=show.tenant):
        voice = create_voice(tenant=show.tenant, name="Seconda", provider=Provider.ESPEAK, language="it")
        rules = Policy.objects.create(tenant=show.tenant, name="Severe")
    desk.post(f"/shows/{show.id}/voice/", {"voice": str(voice.id)})
    desk.post(f"/shows/{show.id}/rules/", {"policy": str(rules.id), "holds_replies": "on"})
    with scope(tenant=show.tenant):
        show.refresh_from_db()
        assert (show.voice_id, show.policy_id, show.holds_replies) == (voice.id, rules.id, True)


@pytest.mark.parametrize(("tab", "field"), [("host", "persona"), ("voice", "voice"), ("rules", "policy")])
def test_what_belongs_to_another_workspace_cannot_be_chosen(
    desk: Client, show: Show, other_show: Show, tab: str, field: str
) -> None:
    answer = desk.post(f"/shows/{show.id}/{tab}/", {field: str(getattr(other_show, f"{field}_id"))})
    assert answer.status_code == 422
    assert "This one is gone. Choose another." in answer.content.decode()
    with scope(tenant=show.tenant):
        before = getattr(show, f"{field}_id")
        show.refresh_from_db()
        assert getattr(show, f"{field}_id") == before


@pytest.mark.usefixtures("redis_client")
@pytest.mark.parametrize(("tab", "field"), [("host", "persona"), ("voice", "voice")])
def test_each_choice_is_heard_without_being_chosen(desk: Client, show: Show, tab: str, field: str) -> None:
    chosen = str(getattr(show, f"{field}_id"))
    path = f"/shows/{show.id}/{tab}/hear/"
    page = desk.post(path, {"hear": chosen, field: chosen, "facts": "Non salvato"}).content.decode()
    assert "<html" in page
    assert "<audio" in page
    part = desk.post(path, {"hear": chosen, field: chosen}, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    source = part.split('src="')[1].split('"')[0]
    assert desk.get(source)["Content-Type"] == "audio/wav"
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert show.facts == ""


def test_what_was_typed_stays_while_a_persona_is_heard(
    desk: Client, show: Show, redis_client: object
) -> None:
    sent = {"hear": str(show.persona_id), "persona": str(show.persona_id), "facts": "Non salvato"}
    page = desk.post(f"/shows/{show.id}/host/hear/", sent).content.decode()
    assert "Non salvato" in page
    assert "data-unsaved-now" in page


@pytest.mark.parametrize("path", ["", "host/", "voice/", "rules/", "host/hear/", "voice/hear/"])
def test_charlie_finds_no_tab_of_alices_show(
    charlie: User, other_show: Show, show: Show, client_for: ClientFor, path: str
) -> None:
    client, sent = client_for(charlie), {"hear": str(show.persona_id), "persona": str(other_show.persona_id)}
    method = client.post if "hear" in path else client.get
    assert method(f"/shows/{show.id}/{path}", sent).status_code == 404
    # Neither is one of Alice's heard in a show of his.
    if "hear" in path:
        sent = {"hear": str(show.voice_id if "voice" in path else show.persona_id)}
        assert client.post(f"/shows/{other_show.id}/{path}", sent).status_code == 404


def test_bob_who_looks_on_sees_the_overview_without_a_way_to_change(
    bob: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(bob)
    page = html(client, f"/shows/{show.id}/")
    assert show.name in page
    assert "/host/" not in page
    assert client.get(f"/shows/{show.id}/host/").status_code == 403


@pytest.mark.parametrize("tab", ["", "host/", "voice/", "rules/", "games/", "advanced/"])
def test_the_number_of_queries_does_not_grow_with_the_choices(desk: Client, show: Show, tab: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html(desk, f"/shows/{show.id}/{tab}")
        return len(captured)

    few = queries()
    with scope(tenant=show.tenant):
        for number in range(3):
            create_persona(tenant=show.tenant, traits=PersonaTraits(f"P{number}", "Hi.", "it"))
            create_voice(tenant=show.tenant, name=f"V{number}", language="it", backup=show.voice)
            Policy.objects.create(tenant=show.tenant, name=f"R{number}")
    assert queries() == few <= 14


def test_a_show_is_duplicated_archived_and_restored_from_its_page(desk: Client, show: Show) -> None:
    copy = desk.post(f"/shows/{show.id}/duplicate/", follow=True).content.decode()
    assert "La sera di Alice (copy)" in copy
    desk.post(f"/shows/{show.id}/archive/")
    assert f"/shows/{show.id}/" not in html(desk, "/shows/")
    assert f"/shows/{show.id}/" in html(desk, "/shows/?archived")
    desk.post(f"/shows/{show.id}/unarchive/")
    assert f"/shows/{show.id}/" in html(desk, "/shows/")


def test_a_show_is_deleted_only_when_its_name_is_typed(
    desk: Client, show: Show, session: LiveSession
) -> None:
    path = f"/shows/{show.id}/delete/"
    with scope(tenant=show.tenant):
        stop_session(session=session)
    assert "1 live with its chat, replies" in html(desk, path)
    for typed in ("", "La sera"):
        refused = desk.post(path, {"typed_name": typed})
        assert refused.status_code == 422
        assert "This is not the show&#x27;s name." in refused.content.decode()
    assert desk.post(path, {"typed_name": " la sera di alice "})["Location"] == "/shows/"
    with scopes_disabled():
        assert not Show.objects.filter(id=show.id).exists()


@pytest.mark.parametrize("act", ["archive/", "delete/"])
def test_a_show_that_is_live_stays_and_the_page_says_why(
    desk: Client, session: LiveSession, act: str
) -> None:
    answer = desk.post(f"/shows/{session.show_id}/{act}", {"typed_name": session.show.name}, follow=True)
    assert "This show is already live. End it first." in answer.content.decode()
    with scopes_disabled():
        assert Show.objects.filter(id=session.show_id, archived_at=None).exists()


@pytest.mark.parametrize("act", ["duplicate/", "archive/", "unarchive/", "delete/"])
def test_charlie_changes_no_show_of_alices(
    charlie: User, other_tenant: Tenant, show: Show, client_for: ClientFor, act: str
) -> None:
    sent = {"typed_name": show.name}
    assert client_for(charlie).post(f"/shows/{show.id}/{act}", sent).status_code == 404
    with scopes_disabled():
        assert Show.objects.filter(tenant=show.tenant, archived_at=None).count() == 2


def test_an_archived_show_offers_no_way_to_go_live(desk: Client, show: Show) -> None:
    with scope(tenant=show.tenant):
        archive_show(show=show)
    assert f'href="/shows/{show.id}/go-live/"' not in html(desk, f"/shows/{show.id}/")
    refused = desk.post(f"/shows/{show.id}/go-live/", {"source": "simulator"})
    assert refused.status_code == 409
    assert "This show is in the archive." in refused.content.decode()
