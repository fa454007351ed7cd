"""The list of lives, the report of an ended live, and its exports."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.services.shows import create_show
from reports import querysets
from reports.summary.services import summary_of
from tenants.acting import Actor, acting_as
from tenants.models import AuditEntry, Tenant, User
from tests.reports.conftest import START, AddEvent, AddReply, end

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


def lives_of(show: Show, count: int) -> list[LiveSession]:
    """Return ended lives of a show, the newest first; two of them began at the same moment."""
    lives = [
        LiveSession(
            tenant=show.tenant,
            show=show,
            source="simulator",
            status="ended",
            started_at=START - timedelta(hours=max(number - 1, 0)),
            ended_at=START - timedelta(hours=max(number - 1, 0)) + timedelta(minutes=number + 1),
        )
        for number in range(count)
    ]
    LiveSession.objects.bulk_create(lives)
    return sorted(lives, key=lambda live: (live.started_at, live.id), reverse=True)


def test_the_list_pages_through_all_lives_without_a_gap(
    show: Show, alice: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "LIVES_A_PAGE", 2)
    made = lives_of(show, 5)
    browser, address, seen = client_for(alice), "/lives/", []
    while address:
        answer = browser.get(address)
        seen += [row["live"].id for row in answer.context["rows"]]
        address = f"/lives/?{answer.context['older']}" if answer.context["older"] else ""
    assert seen == [live.id for live in made]


@pytest.mark.parametrize("before", ["", "x", "2026-01-01_x", f"2026-01-01_{'0' * 32}"])
def test_a_wrong_address_shows_the_newest(
    show: Show, alice: User, client_for: ClientFor, before: str
) -> None:
    [live] = lives_of(show, 1)
    rows = client_for(alice).get("/lives/", {"before": before}).context["rows"]
    assert [row["live"].id for row in rows] == [live.id]


def test_the_list_shows_one_show_when_asked(
    show: Show, tenant: Tenant, alice: User, client_for: ClientFor
) -> None:
    other = create_show(tenant=tenant, name="Another", language="it")
    lives_of(other, 2)
    lives_of(show, 1)
    rows = client_for(alice).get("/lives/", {"show": str(other.id)}).context["rows"]
    assert {row["live"].show_id for row in rows} == {other.id}
    assert len(rows) == 2


def test_the_list_costs_the_same_for_many_lives(show: Show, alice: User, client_for: ClientFor) -> None:
    browser = client_for(alice)
    lives_of(show, 2)
    browser.get("/lives/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/lives/")
    for live in lives_of(show, 40)[:30]:
        summary_of(live)
    with CaptureQueriesContext(connection) as many:
        browser.get("/lives/")
    assert len(many) == len(few)
    assert not any("chatevent" in query["sql"] for query in many), "the figures are stored"


def test_without_a_live_the_list_says_what_it_is_for(
    tenant: Tenant, alice: User, client_for: ClientFor
) -> None:
    assert "/shows/" in client_for(alice).get("/lives/").content.decode()


def test_an_ended_live_has_its_report_in_place_of_the_console(
    ended: LiveSession, add_event: AddEvent, add_reply: AddReply, alice: User, client_for: ClientFor
) -> None:
    add_event("comment", 5, text="Quanto costa?", action="answer", source_id="1")
    for number in range(6):
        add_event("comment", 130 + number, text="Evviva", action="answer")
    add_event("viewers", 6, count=77)
    add_reply(131, text="Che bella serata", heard_started_at=START)
    page = client_for(alice).get(f"/lives/{ended.id}/", follow=True)
    assert page.redirect_chain == [(f"/lives/{ended.id}/report/", 302)]
    shown = page.content.decode()
    for words in ("77", "Quanto costa?", "Che bella serata", "<polyline", "10 min"):
        assert words in shown
    assert [moment.minute["messages"] for moment in page.context["moments"]] == [6]


def test_the_report_of_an_open_live_is_its_console(
    session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    answer = client_for(alice).get(f"/lives/{session.id}/report/")
    assert (answer.status_code, answer["Location"]) == (302, f"/lives/{session.id}/")


def test_empty_short_and_discarded_lives_have_a_report(
    session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    browser = client_for(alice)
    LiveSession.objects.filter(id=session.id).update(status="ended", end_reason="stopped")
    assert '<svg class="band"' not in browser.get(f"/lives/{session.id}/report/").content.decode()
    end(session, length=timedelta(seconds=7))
    short = browser.get(f"/lives/{session.id}/report/").content.decode()
    assert "7 s" in short
    assert '<svg class="band"' not in short


def test_a_killed_live_says_who_pressed_and_when(
    session: LiveSession, alice: User, client_for: ClientFor
) -> None:
    LiveSession.objects.filter(id=session.id).update(status="active", started_at=timezone.now())
    session.refresh_from_db()
    with acting_as(Actor(AuditEntry.ActorKind.USER, alice.id)):
        kill_session(session=session, way=Kill.Way.CONSOLE)
    page = client_for(alice).get(f"/lives/{session.id}/report/")
    assert page.context["presser"] == "Alice"
    with timezone.override(session.tenant.time_zone):
        assert f"{timezone.localtime(Kill.objects.get().pressed_at):%H:%M:%S}" in page.content.decode()
    assert 'data-part="session" data-state="done"' in page.content.decode()


def test_the_replies_of_a_report_are_paged(
    ended: LiveSession,
    add_reply: AddReply,
    alice: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(querysets, "REPLIES_A_PAGE", 2)
    made = [add_reply(number) for number in range(3)]
    browser = client_for(alice)
    first = browser.get(f"/lives/{ended.id}/report/")
    later = browser.get(f"/lives/{ended.id}/report/?{first.context['later']}")
    assert [*first.context["replies"], *later.context["replies"]] == made
    assert later.context["later"] == ""


async def body_of(client: Client, path: str) -> str:
    answer: Any = await sync_to_async(client.get)(path)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return "".join([part.decode() async for part in answer.streaming_content])


@pytest.mark.django_db(transaction=True)
async def test_the_exports_stream_every_row(
    ended: LiveSession,
    add_event: AddEvent,
    add_reply: AddReply,
    alice: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reports.exports.tables.ROWS_AT_ONCE", 2)
    for number in range(5):
        await sync_to_async(add_event)("comment", number // 2, text=f"=cmd|{number}", risk="high")
        await sync_to_async(add_reply)(number // 2, text=f"+{number}")
    browser = await sync_to_async(client_for)(alice)
    folder = f"/lives/{ended.id}/export"
    chat = list(csv.reader(StringIO((await body_of(browser, f"{folder}/chat.csv")).removeprefix("\ufeff"))))
    assert [row[3] for row in chat[1:]] == [f"'=cmd|{number}" for number in range(5)]
    replies = json.loads(await body_of(browser, f"{folder}/replies.json"))
    assert sorted(row["text"] for row in replies) == [f"+{number}" for number in range(5)]
    decided = json.loads(await body_of(browser, f"{folder}/moderation.json"))
    assert {row["message"] for row in decided} == {f"=cmd|{number}" for number in range(5)}
    empty = await body_of(browser, f"{folder}/moderation.csv")
    assert len(empty.splitlines()) == 6


def test_unknown_exports_are_not_found(ended: LiveSession, alice: User, client_for: ClientFor) -> None:
    for name in ("secrets.csv", "chat.xml"):
        assert client_for(alice).get(f"/lives/{ended.id}/export/{name}").status_code == 404


def test_charlie_sees_no_live_of_alice(
    ended: LiveSession, other_show: Show, charlie: User, client_for: ClientFor
) -> None:
    stranger = client_for(charlie)
    assert stranger.get("/lives/").context["rows"] == []
    assert stranger.get("/lives/", {"show": str(ended.show_id)}).context["rows"] == []
    for path in ("report/", "export/chat.csv", "export/replies.json"):
        assert stranger.get(f"/lives/{ended.id}/{path}").status_code == 404


def test_bob_reads_everything(ended: LiveSession, bob: User, client_for: ClientFor) -> None:
    looker = client_for(bob)
    assert len(looker.get("/lives/").context["rows"]) == 1
    for path in ("report/", "export/chat.csv"):
        assert looker.get(f"/lives/{ended.id}/{path}").status_code == 200
