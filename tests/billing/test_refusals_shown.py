"""How pages and the API show that a door is closed."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django_scopes import scope
from rest_framework.test import APIClient

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from speech.services.voices import create_voice
from tenants.models import Membership, Tenant, User
from tenants.services import close_tenant
from tests.billing.plans import give_plan

pytestmark = pytest.mark.usefixtures("redis_client")

ClientFor = Callable[[User], Client]
VOICE = {"name": "Annie", "provider": "elevenlabs", "language": "it", "voice_id": ""}


@pytest.fixture(autouse=True)
def billing(settings: LazySettings, tenant: Tenant) -> None:
    settings.BILLING_ENABLED = True
    settings.ELEVENLABS_API_KEY = "a-key-of-the-installation"
    give_plan(tenant, "trial", "trial")


def test_a_form_says_it_beside_the_field(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    browser = client_for(alice)
    page = browser.post("/voices/new/", VOICE).content.decode()
    assert "This is a premium voice." in page
    assert 'value="Annie"' in page
    for name in ("dora", "emil"):
        answer = browser.post("/team/invite/", {"email": f"{name}@example.com", "role": "viewer"})
    assert answer.status_code == 422
    assert "Your plan has room for 2 people" in answer.content.decode()
    answer = browser.post("/workspaces/new/", {"name": "Second", "language": "it"})
    assert answer.status_code == 422
    assert "Your plan has 1 workspace." in answer.content.decode()


def test_the_pages_of_a_live_say_why_it_does_not_start(
    alice: User, show: Show, session: LiveSession, client_for: ClientFor
) -> None:
    give_plan(show.tenant, "trial", "read_only")
    browser = client_for(alice)
    console = browser.post(f"/lives/{session.id}/start/", headers={"HX-Request": "true"})
    assert console.status_code == 409
    assert "Your trial has ended. Nothing is deleted." in console.content.decode()
    with scope(tenant=show.tenant):
        session.delete()
    page = browser.post(f"/shows/{show.id}/go-live/", {"source": "simulator", "rate_per_minute": "12"})
    assert (page.status_code, "Your trial has ended." in page.content.decode()) == (402, True)


def test_the_api_answers_402_with_a_code(
    alice: User, show: Show, session: LiveSession, api_for: Callable[[User], APIClient]
) -> None:
    api = api_for(alice)
    refused = api.post("/api/v1/voices/", {"name": "Annie", "provider": "elevenlabs"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (402, "premium_voices_not_in_plan")
    layout = {"avatar": "presenter"}
    refused = api.patch(f"/api/v1/shows/{show.id}/overlay/", layout, format="json")
    assert (refused.status_code, refused.json()["code"]) == (402, "animated_avatar_not_in_plan")
    give_plan(show.tenant, "self", "ended")
    refused = api.post(f"/api/v1/sessions/{session.id}/start/")
    assert (refused.status_code, refused.json()["code"]) == (402, "plan_ended")


def test_a_page_without_a_form_for_it_leads_to_the_plans(
    alice: User, bob: User, tenant: Tenant, client_for: ClientFor
) -> None:
    give_plan(tenant, "managed")
    with scope(tenant=tenant):
        voice = create_voice(
            tenant=tenant, **{name: VOICE[name] for name in ("name", "provider", "language")}
        )
    give_plan(tenant, "managed", "read_only")
    copied = client_for(alice).post(f"/voices/{voice.id}/duplicate/")
    assert copied.status_code == 402
    assert "Pay the open invoice" in copied.content.decode()
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    copied = client_for(bob).post(f"/voices/{voice.id}/duplicate/")
    assert "Ask the owner or an admin" in copied.content.decode()
    by_htmx = client_for(bob).post(f"/voices/{voice.id}/duplicate/", headers={"HX-Request": "true"})
    assert by_htmx.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("state", ["read_only", "ended"])
def test_a_workspace_that_can_only_be_read_is_read_muted_killed_and_exported(
    state: str, alice: User, show: Show, session: LiveSession, client_for: ClientFor
) -> None:
    give_plan(show.tenant, "self", state)
    browser = client_for(alice)
    for page in ("/", "/shows/", f"/shows/{show.id}/", "/voices/", "/audit-log/export.csv"):
        assert browser.get(page).status_code == 200, page
    assert browser.post(f"/lives/{session.id}/mute/").status_code == 302
    browser.post(f"/lives/{session.id}/kill/")
    with scope(tenant=show.tenant):
        session.refresh_from_db()
    assert session.end_reason == LiveSession.EndReason.KILLED
    assert browser.get(f"/lives/{session.id}/decisions.csv").status_code == 200
    with scope(tenant=show.tenant):
        close_tenant(tenant=show.tenant)
