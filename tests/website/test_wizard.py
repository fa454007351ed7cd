"""The set-up wizard, step by step, as a browser without scripts sees it."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from wave import open as open_wave

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from chatsources.handle_check import HandleState
from chatsources.profile_links import ShortLinkUnreadable
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Membership, Tenant, User
from website.models import Onboarding

ClientFor = Callable[[User], Client]
STEPS = ("you", "handle", "host", "rules", "overlay")


@pytest.fixture
def wizard(alice: User, tenant: Tenant, client_for: ClientFor) -> Iterator[Client]:
    """Alice's browser, right after her sign-up."""
    with scope(tenant=tenant):
        yield client_for(alice)


@pytest.fixture
def tiktok(monkeypatch: pytest.MonkeyPatch) -> dict[str, HandleState]:
    """What TikTok says about each handle; it does not answer for others."""
    states: dict[str, HandleState] = {}

    async def check(handle: str, **options: Any) -> HandleState:
        return states.get(handle, HandleState.UNKNOWN)

    monkeypatch.setattr("website.wizard.views.check_handle", check)
    return states


def show_of(tenant: Tenant) -> Show:
    with scope(tenant=tenant):
        return Show.objects.select_related("persona", "policy").order_by("created_at")[0]


def test_it_goes_on_where_it_was_left(wizard: Client) -> None:
    assert wizard.get("/start/")["Location"] == "/start/you/"
    wizard.post("/start/you/", {"skip": "1"})
    wizard.post("/start/host/", {"skip": "1"})
    assert wizard.get("/start/")["Location"] == "/start/handle/"
    for step in ("handle", "rules", "overlay"):
        wizard.post(f"/start/{step}/", {"skip": "1"})
    assert wizard.get("/start/")["Location"] == "/start/rehearsal/"


def test_each_step_can_be_skipped_and_leads_to_the_next(wizard: Client) -> None:
    following = [*(f"/start/{step}/" for step in STEPS[1:]), "/start/rehearsal/"]
    assert [wizard.post(f"/start/{step}/", {"skip": "1"})["Location"] for step in STEPS] == following


def test_each_page_says_which_of_the_steps_it_is(wizard: Client) -> None:
    for number, step in enumerate(STEPS, 1):
        page = wizard.get(f"/start/{step}/").content.decode()
        assert f"Step {number} of 5" in page
        assert page.count('aria-current="step"') == 1
        assert 'name="skip"' in page


def test_name_language_and_time_zone_are_saved(wizard: Client, tenant: Tenant) -> None:
    sent = {"name": "Alice Live", "language": "en", "time_zone": "Europe/London"}
    assert wizard.post("/start/you/", sent)["Location"] == "/start/handle/"
    tenant.refresh_from_db()
    assert (tenant.name, tenant.language, tenant.time_zone) == ("Alice Live", "en", "Europe/London")


def test_the_host_speaks_the_language_that_is_chosen(wizard: Client, tenant: Tenant) -> None:
    assert show_of(tenant).language == "it"
    wizard.post("/start/you/", {"name": "Alice", "language": "en", "time_zone": "UTC"})
    with scope(tenant=tenant):
        show = Show.objects.select_related("persona", "voice").get()
    assert (show.language, show.persona.language, show.voice.language) == ("en", "en", "en")


def test_a_show_that_was_on_air_keeps_its_language(wizard: Client, tenant: Tenant) -> None:
    show = show_of(tenant)
    with scope(tenant=tenant):
        LiveSession.objects.create(
            tenant=tenant, show=show, source="simulator", status="ended", started_at="2026-01-01T20:00Z"
        )
    wizard.post("/start/you/", {"name": "Alice", "language": "en", "time_zone": "UTC"})
    with scope(tenant=tenant):
        assert sorted(Show.objects.values_list("language", flat=True)) == ["en", "it"]


def test_a_wrong_name_is_explained_and_what_was_typed_is_kept(wizard: Client, tenant: Tenant) -> None:
    answer = wizard.post("/start/you/", {"name": "", "language": "en", "time_zone": "UTC"})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    tenant.refresh_from_db()
    assert tenant.language == "it"


def test_a_short_link_that_cannot_be_opened_is_refused_in_words_and_kept(
    wizard: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(link: str) -> str:
        raise ShortLinkUnreadable

    monkeypatch.setattr("livesessions.shows.forms.shows.follow_short_link", unreachable)
    answer = wizard.post("/start/handle/", {"handle": "https://vm.tiktok.com/ZMabc/"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This short link could not be opened." in page
    assert 'value="https://vm.tiktok.com/ZMabc/"' in page


@pytest.mark.parametrize(
    ("pasted", "handle"),
    [
        ("@la.sera", "la.sera"),
        ("la.sera", "la.sera"),
        ("https://www.tiktok.com/@la.sera?lang=it", "la.sera"),
        ("https://www.tiktok.com/@la.sera/live", "la.sera"),
        ("m.tiktok.com/@la.sera/video/123", "la.sera"),
    ],
)
def test_a_handle_is_read_from_whatever_is_pasted(
    wizard: Client, tenant: Tenant, tiktok: dict[str, HandleState], pasted: str, handle: str
) -> None:
    tiktok[handle] = HandleState.OFFLINE
    page = wizard.post("/start/handle/", {"handle": pasted}, follow=True).content.decode()
    assert show_of(tenant).handle == handle
    assert f"TikTok knows @{handle}." in page


def test_an_unknown_handle_is_saved_at_the_second_press_only(
    wizard: Client, tenant: Tenant, tiktok: dict[str, HandleState]
) -> None:
    tiktok["nobody"] = HandleState.NOT_FOUND
    answer = wizard.post("/start/handle/", {"handle": "@nobody"})
    assert answer.status_code == 422
    assert "TikTok does not know" in answer.content.decode()
    assert show_of(tenant).handle == ""
    wizard.post("/start/handle/", {"handle": "@nobody", "insist": "nobody"})
    assert show_of(tenant).handle == "nobody"


def test_a_handle_that_cannot_be_checked_is_saved_and_said_so(
    wizard: Client, tenant: Tenant, tiktok: dict[str, HandleState]
) -> None:
    page = wizard.post("/start/handle/", {"handle": "@la.sera"}, follow=True).content.decode()
    assert "TikTok could not be asked now." in page
    assert show_of(tenant).handle == "la.sera"


def test_a_preset_becomes_the_host_of_the_show_and_is_copied_once(wizard: Client, tenant: Tenant) -> None:
    for _ in range(2):
        wizard.post("/start/host/", {"host": "beauty-it"})
    assert show_of(tenant).persona.name == "Perla"
    with scope(tenant=tenant):
        assert show_of(tenant).persona.__class__.objects.filter(name="Perla").count() == 1
    page = wizard.get("/start/host/").content.decode()
    assert re.search(r'value="beauty-it"[^>]* checked', page)
    wizard.post("/start/host/", {"host": "default"})
    assert show_of(tenant).persona.name == "Viva"


@pytest.mark.parametrize("slug", ["beauty-en", "nobody"])
def test_only_hosts_of_the_shows_language_are_offered(wizard: Client, slug: str) -> None:
    assert slug not in wizard.get("/start/host/").content.decode()
    assert wizard.post("/start/host/", {"host": slug}).status_code == 404
    assert wizard.get(f"/start/host/{slug}/sound/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_host_can_be_heard_before_it_is_chosen(wizard: Client, redis_client: Any) -> None:
    answer = wizard.get("/start/host/default/sound/", follow=True)
    assert answer["Content-Type"] == "audio/wav"
    with open_wave(BytesIO(answer.content)) as sound:
        assert sound.getnframes() / sound.getframerate() > 2


def test_the_rules_are_saved(wizard: Client, tenant: Tenant) -> None:
    assert "checked" in wizard.get("/start/rules/").content.decode().partition("safe_mode")[2][:40]
    wizard.post("/start/rules/", {"holds_replies": "on"})
    show = show_of(tenant)
    assert (show.policy.safe_mode, show.holds_replies) == (False, True)


def test_the_overlays_address_and_its_code_are_shown_to_its_owner(
    wizard: Client, tenant: Tenant, redis_client: Any
) -> None:
    with scope(tenant=tenant):
        token = Show.objects.select_related("overlay").get().overlay.token
    page = wizard.get("/start/overlay/").content.decode()
    assert f'value="http://testserver/overlay/{token}/"' in page
    assert "<svg" in page.partition('class="qr"')[2][:40]
    assert "No overlay is open yet." in page


def test_a_test_that_nobody_hears_says_what_to_do(wizard: Client, redis_client: Any) -> None:
    page = wizard.post("/start/overlay/", {"test": "1"}).content.decode()
    assert "No overlay is open." in page
    assert "is-heard" not in page


def test_a_rehearsal_starts_on_the_simulator_and_ends_where_the_show_is(
    wizard: Client, tenant: Tenant, redis_client: Any
) -> None:
    page = wizard.post("/start/rehearsal/begin/", follow=True).content.decode()
    assert "Your host is on its way" in page
    session = LiveSession.objects.get()
    assert (session.source, session.is_starting) == ("simulator", True)
    wizard.post("/start/rehearsal/begin/")
    assert LiveSession.objects.count() == 1, "a second press goes on with the same rehearsal"
    ended = wizard.post("/start/rehearsal/end/")
    assert ended["Location"] == f"/shows/{session.show_id}/"
    session.refresh_from_db()
    assert session.status == LiveSession.Status.ENDED
    assert Onboarding.objects.get().finished_at is not None


def test_a_show_with_a_real_chat_is_neither_rehearsed_nor_ended(
    wizard: Client, tenant: Tenant, redis_client: Any
) -> None:
    show = show_of(tenant)
    session = LiveSession.objects.create(tenant=tenant, show=show, source="bridge")
    page = wizard.post("/start/rehearsal/begin/", follow=True).content.decode()
    assert "This show is already live" in page or "has not ended" in page
    wizard.post("/start/rehearsal/end/")
    session.refresh_from_db()
    assert session.is_open


def test_whoever_leaves_it_for_good_is_not_asked_again(wizard: Client) -> None:
    assert wizard.post("/start/leave/")["Location"] == "/"
    assert Onboarding.objects.get().finished_at is not None


@pytest.mark.parametrize("path", [*(f"/start/{step}/" for step in STEPS), "/start/rehearsal/"])
def test_an_editor_does_not_set_up_the_workspace(
    tenant: Tenant, charlie: User, client_for: ClientFor, path: str
) -> None:
    Membership.objects.create(tenant=tenant, user=charlie, role=Membership.Role.EDITOR)
    assert client_for(charlie).get(path).status_code == 403


def test_charlie_sets_up_his_own_show_only(
    charlie: User, other_tenant: Tenant, tenant: Tenant, client_for: ClientFor
) -> None:
    client_for(charlie).post("/start/rules/", {"holds_replies": "on"})
    assert show_of(other_tenant).holds_replies
    assert not show_of(tenant).holds_replies
    with scopes_disabled():
        assert list(Onboarding.objects.values_list("tenant", flat=True)) == [other_tenant.id]
