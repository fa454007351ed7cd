"""Going on air: the checklist, what is waived, and one button that starts the live."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from billing.models.ledger import Grant
from billing.plans.catalogue import Meter
from chatsources.errors import SourceFault
from livesessions.kill.services import kill_session
from livesessions.models.checks import CheckKind, PassedCheck, WaivedCheck
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import MAX_SIMULATED_PER_MINUTE
from livesessions.shows.services.shows import change_show
from moderation.services import change_policy
from overlay.testing.spoken_line import OverlayTestOutcome
from speech.services.voices import Provider, change_voice
from tenants.models import AuditEntry, Tenant, User
from tests.billing.plans import give_plan
from website.golive import checks, runs
from website.golive.checks import CheckState, checks_of

ClientFor = Callable[[User], Client]
ALL = [kind.value for kind in CheckKind]
PAGE: dict[str, Any] = {"id": "p", "page": 1, "software": "obs", "sound": "ok", "width": 540, "height": 960}

pytestmark = pytest.mark.usefixtures("redis_client")


@pytest.fixture
def desk(alice: User, show: Show, client_for: ClientFor) -> Client:
    return client_for(alice)


@pytest.fixture
def open_pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the overlay's open pages, as the checklist sees them."""
    pages: list[dict[str, Any]] = []
    monkeypatch.setattr(checks, "read_pages", lambda overlay_id: pages)
    return pages


def sessions_of(tenant: Tenant) -> list[LiveSession]:
    with scope(tenant=tenant):
        return list(LiveSession.objects.filter(tenant=tenant))


def states(show: Show, source: str = "tiktok") -> dict[str, CheckState]:
    with scope(tenant=show.tenant):
        fresh = Show.objects.select_related("voice", "policy", "overlay__tenant").get(id=show.id)
        return {check.kind.value: check.state for check in checks_of(fresh, source=source)}


def test_one_press_prepares_and_starts_the_live(desk: Client, show: Show) -> None:
    answer = desk.post(f"/shows/{show.id}/go-live/", {"source": "simulator", "rate_per_minute": "90"})
    (session,) = sessions_of(show.tenant)
    assert answer["Location"] == f"/lives/{session.id}/"
    assert session.source_options == {"rate_per_minute": 90}
    assert session.start_requested_at is not None


@pytest.mark.parametrize("source", ["tiktok", "bridge"])
def test_no_live_starts_while_a_check_is_open(desk: Client, show: Show, source: str) -> None:
    answer = desk.post(f"/shows/{show.id}/go-live/", {"source": source})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not on air yet" in page
    assert "is-missing" in page
    assert sessions_of(show.tenant) == []


def test_a_waived_check_is_recorded_with_who_and_when(desk: Client, show: Show, alice: User) -> None:
    open_kinds = {kind for kind, state in states(show).items() if state is not CheckState.DONE}
    desk.post(f"/shows/{show.id}/go-live/", {"source": "tiktok", "waived": ALL})
    (session,) = sessions_of(show.tenant)
    with scope(tenant=show.tenant):
        waived = list(WaivedCheck.objects.filter(session=session))
        (entry,) = AuditEntry.objects.filter(verb="session.checks_waived")
    assert {check.kind for check in waived} == open_kinds != set()
    assert all(check.waived_by_id == alice.id and check.waived_at for check in waived)
    assert entry.detail == {"checks": sorted(open_kinds)}
    assert entry.user_id == alice.id


def test_what_is_passed_is_not_recorded_as_waived(desk: Client, show: Show) -> None:
    desk.post(f"/shows/{show.id}/go-live/rules/", {"source": "bridge"})
    desk.post(f"/shows/{show.id}/go-live/", {"source": "bridge", "waived": ALL})
    with scope(tenant=show.tenant):
        assert "rules" not in WaivedCheck.objects.values_list("kind", flat=True)


def test_rules_that_were_read_are_read_again_after_a_change(desk: Client, show: Show) -> None:
    assert states(show)["rules"] is CheckState.OPEN
    desk.post(f"/shows/{show.id}/go-live/rules/", {"source": "bridge"})
    assert states(show)["rules"] is CheckState.DONE
    with scope(tenant=show.tenant):
        change_policy(policy=show.policy, safe_mode=False)
    assert states(show)["rules"] is CheckState.OPEN


def test_a_tested_voice_is_heard_on_the_page_and_another_is_tested_again(desk: Client, show: Show) -> None:
    page = desk.post(f"/shows/{show.id}/go-live/voice/", {"source": "bridge"}).content.decode()
    assert "<audio" in page
    assert states(show)["voice"] is CheckState.DONE
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, provider=Provider.ESPEAK)
    assert states(show)["voice"] is CheckState.OPEN


def test_the_overlay_is_heard_when_an_open_page_played_the_test(
    desk: Client, show: Show, open_pages: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states(show)["overlay"] is CheckState.ATTENTION
    open_pages.append(PAGE)
    assert states(show)["overlay"] is CheckState.OPEN
    outcomes = [OverlayTestOutcome.SILENT, OverlayTestOutcome.HEARD]
    monkeypatch.setattr(runs, "run_show_overlay_test", lambda **asked: outcomes.pop(0))
    said = desk.post(f"/shows/{show.id}/go-live/overlay/", {"source": "bridge"}).content.decode()
    assert "Played in silence." in said
    assert states(show)["overlay"] is CheckState.OPEN
    desk.post(f"/shows/{show.id}/go-live/overlay/", {"source": "bridge"})
    assert states(show)["overlay"] is CheckState.DONE
    open_pages[:] = [{**PAGE, "sound": "blocked"}]
    assert states(show)["overlay"] is CheckState.ATTENTION


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        (None, CheckState.DONE, "@la.sera is live."),
        (SourceFault.USER_OFFLINE, CheckState.OPEN, "@la.sera is not live."),
        (SourceFault.HANDLE_NOT_FOUND, CheckState.OPEN, "TikTok does not know this handle."),
        (SourceFault.BLOCKED, CheckState.OPEN, "TikTok did not answer."),
    ],
)
def test_tiktok_says_whether_the_account_is_live(
    desk: Client,
    show: Show,
    monkeypatch: pytest.MonkeyPatch,
    fault: SourceFault | None,
    state: CheckState,
    words: str,
) -> None:
    monkeypatch.setattr(runs, "why_not_live", lambda handle: fault)
    page = desk.post(f"/shows/{show.id}/go-live/tiktok/", {"source": "tiktok"}).content.decode()
    assert words in page
    assert states(show)["tiktok"] is state


def test_another_handle_has_to_be_live_itself(
    desk: Client, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "why_not_live", lambda handle: None)
    desk.post(f"/shows/{show.id}/go-live/tiktok/", {"source": "tiktok"})
    with scope(tenant=show.tenant):
        change_show(show=show, handle="another")
    assert states(show)["tiktok"] is CheckState.OPEN


def test_the_kill_switch_is_tested_by_pressing_it_in_a_rehearsal(show: Show, session: LiveSession) -> None:
    assert states(show)["kill"] is CheckState.OPEN
    with scope(tenant=show.tenant):
        kill_session(session=session, way=Kill.Way.CONSOLE)
        assert states(show)["kill"] is CheckState.DONE
        Kill.objects.update(pressed_at=timezone.now() - checks.KILLED_FOR - timedelta(days=1))
    assert states(show)["kill"] is CheckState.OPEN


def test_a_kill_that_a_page_did_not_answer_has_to_be_tested_again(show: Show, session: LiveSession) -> None:
    with scope(tenant=show.tenant):
        kill_session(session=session, way=Kill.Way.CONSOLE)
        Kill.objects.update(parts=["overlay", "session"], open_pages=1)
    assert states(show)["kill"] is CheckState.ATTENTION


def test_the_month_limit_is_part_of_the_list(show: Show, settings: Any) -> None:
    settings.SPEND_CAP_MONTH_USD = 0.0
    assert states(show)["limits"] is CheckState.DONE
    assert "tiktok" not in states(show, "bridge")


def test_what_was_chosen_stays_while_a_check_runs(desk: Client, show: Show) -> None:
    sent = {"source": "simulator", "rate_per_minute": "77", "waived": ["voice"]}
    page = " ".join(desk.post(f"/shows/{show.id}/go-live/rules/", sent).content.decode().split())
    assert re.search(r'value="simulator"[^>]* checked', page)
    assert 'value="77"' in page
    assert re.search(r'value="voice"[^>]* checked', page)
    part = desk.post(f"/shows/{show.id}/go-live/rules/", sent, headers={"hx-request": "true"})
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("kind", ["nonsense", "badge"])
def test_only_a_check_that_can_be_run_is_run(desk: Client, show: Show, kind: str) -> None:
    assert desk.post(f"/shows/{show.id}/go-live/{kind}/").status_code == 404


@pytest.mark.parametrize("rate", ["0", "-1", "many", str(MAX_SIMULATED_PER_MINUTE + 1)])
def test_a_rate_that_is_no_chat_is_refused(desk: Client, show: Show, rate: str) -> None:
    answer = desk.post(f"/shows/{show.id}/go-live/", {"source": "simulator", "rate_per_minute": rate})
    assert answer.status_code == 422
    assert sessions_of(show.tenant) == []


def test_the_rate_of_a_chat_that_is_not_simulated_does_not_matter(desk: Client, show: Show) -> None:
    sent = {"source": "bridge", "rate_per_minute": "many", "waived": ALL}
    assert desk.post(f"/shows/{show.id}/go-live/", sent).status_code == 302


def test_a_show_with_an_open_live_says_so_and_points_to_it(
    session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    answer = client_for(alice).post(f"/shows/{session.show_id}/go-live/", {"source": "simulator"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This show is already live. End it first." in page
    assert f"/lives/{session.id}/" in page


def test_tiktok_without_a_handle_says_what_to_do(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    with scope(tenant=tenant):
        show = Show.objects.get(handle="")
    sent = {"source": "tiktok", "waived": ALL}
    answer = client_for(alice).post(f"/shows/{show.id}/go-live/", sent)
    assert "This show has no TikTok handle. Add one, or choose the simulated chat." in answer.content.decode()


@pytest.mark.parametrize("path", ["", "rules/", "voice/"])
def test_charlie_starts_no_live_and_passes_no_check_of_alices(
    charlie: User, other_show: Show, show: Show, client_for: ClientFor, path: str
) -> None:
    client, sent = client_for(charlie), {"source": "simulator", "waived": ALL}
    assert client.post(f"/shows/{show.id}/go-live/{path}", sent).status_code == 404
    assert client.get(f"/shows/{show.id}/go-live/").status_code == 404
    with scopes_disabled():
        assert not LiveSession.objects.exists()
        assert not PassedCheck.objects.exists()


@pytest.mark.parametrize("path", ["", "rules/"])
def test_bob_who_looks_on_starts_no_live(bob: User, show: Show, client_for: ClientFor, path: str) -> None:
    answer = client_for(bob).post(f"/shows/{show.id}/go-live/{path}", {"source": "simulator"})
    assert answer.status_code == 403


def test_the_page_needs_few_queries(desk: Client, show: Show) -> None:
    with CaptureQueriesContext(connection) as captured:
        desk.get(f"/shows/{show.id}/go-live/")
    assert len(captured) <= 14


def test_the_limits_look_at_the_plans_credit(desk: Client, show: Show, settings: LazySettings) -> None:
    settings.BILLING_ENABLED = True
    give_plan(show.tenant, "self")

    def limits() -> tuple[CheckState, str]:
        with scope(tenant=show.tenant):
            fresh = Show.objects.select_related("voice", "policy", "overlay__tenant").get(id=show.id)
            [check] = [each for each in checks_of(fresh, source="tiktok") if each.kind is CheckKind.LIMITS]
        return check.state, check.text

    assert limits() == (
        CheckState.DONE,
        "Left until the end of the period: 30 h · 300,000 characters · 1,500,000 tokens.",
    )
    with scopes_disabled():
        Grant.objects.filter(meter=Meter.VOICE_CHARACTERS).update(used=F("quantity"))
        used_up = "Used up in this period: voice characters. The host goes on with the built-in voice."
        assert limits() == (CheckState.ATTENTION, used_up)
        Grant.objects.filter(meter=Meter.LIVE_SECONDS).update(used=F("quantity"))
        state, text = limits()
        assert state is CheckState.ATTENTION
        assert text.startswith("The live hours of your plan are used up.")
    give_plan(show.tenant, "self", "read_only")
    assert limits()[0] is CheckState.ATTENTION
