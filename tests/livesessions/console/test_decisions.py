"""The log of decisions: what it shows, how it is filtered and leafed through, what can be done from a row."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.utils import timezone
from django_scopes import scope

from livesessions.console.decisions import (
    LINES_A_PAGE,
    PageCursor,
    judged_messages,
    page_of_messages,
)
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from moderation.models import ViewerRule
from tenants.models import Membership, Tenant, User

ClientFor = Callable[[User], Client]
NOBODY = UUID(int=1)
HOSTILE = "<script>alert(1)</script>"
SLUR = [{"category": "blocklist", "term": "stronzo"}]


@pytest.fixture
def write(session: LiveSession) -> Iterator[Callable[..., ChatEvent]]:
    """Call to write a judged line into the log of Alice's live."""
    begun = timezone.now() - timedelta(minutes=10)

    def make(
        text: str, *, number: int = 0, risk: str = "low", action: str = "answer", **fields: Any
    ) -> ChatEvent:
        at = fields.pop("at", begun + timedelta(seconds=number))
        columns = {"viewer_hash": "ab" * 16, "viewer_name": "Giulia", **fields}
        return ChatEvent.objects.create(
            tenant=session.tenant,
            session=session,
            source_id=f"line-{number}",
            kind="comment",
            occurred_at=at,
            received_at=at,
            text=text,
            risk=risk,
            action=action,
            **columns,
        )

    with scope(tenant=session.tenant):
        yield make


def answer(session: LiveSession, at: datetime, **fields: Any) -> Reply:
    columns = {"trigger_kind": "comment", "text": "Ciao Giulia!", "status": "spoken", **fields}
    return Reply.objects.create(tenant=session.tenant, session=session, created_at=at, **columns)


@pytest.fixture
def log(alice: User, session: LiveSession, client_for: ClientFor) -> Callable[..., str]:
    """Call for a page of the log as Alice gets it."""
    client = client_for(alice)

    def load(**query: str) -> str:
        page: str = client.get(f"/lives/{session.id}/decisions/", query).content.decode()
        return page

    return load


def test_each_line_has_its_verdict_its_reason_and_what_the_host_did(
    session: LiveSession, write: Callable[..., ChatEvent], log: Callable[..., str]
) -> None:
    asked = write("come stai?", number=1)
    answer(session, asked.occurred_at + timedelta(seconds=2), trigger_source_id="line-1")
    write("sei uno sc3mo", number=2, risk="high", action="ignore", reasons=SLUR)
    write("e poi?", number=3)
    page = log()
    assert page.index("e poi?") < page.index("sc3mo") < page.index("come stai?"), "newest first"
    for words in (
        "Answered",
        "Ciao Giulia!",
        "one of your blocked words",
        "stronzo",
        "Ignored",
        "Not chosen",
    ):
        assert words in page


def test_one_answer_to_many_stands_at_each_of_their_lines(
    session: LiveSession, write: Callable[..., ChatEvent], log: Callable[..., str]
) -> None:
    first, _second = write("che ore sono?", number=1), write("che ora è?", number=2)
    answer(session, first.occurred_at, trigger_source_id="line-1", also_source_ids=["line-2"])
    assert log().count("Ciao Giulia!") == 2


def test_what_retention_has_blanked_is_told_as_such(
    write: Callable[..., ChatEvent], log: Callable[..., str]
) -> None:
    write("", number=1, viewer_name="", risk="high", action="ignore", reasons=SLUR)
    assert "The text has been deleted." in log()


def test_a_blocked_viewer_is_the_reason(write: Callable[..., ChatEvent], log: Callable[..., str]) -> None:
    write("ciao", risk="high", action="ignore", reasons=[{"category": "viewer", "term": ""}])
    assert "you have blocked this viewer" in log()


def test_what_was_not_judged_is_no_decision(write: Callable[..., ChatEvent], log: Callable[..., str]) -> None:
    write("", risk="", action="", viewer_name="Follower")
    assert "Follower" not in log()


def test_the_filters_part_the_lines(write: Callable[..., ChatEvent], log: Callable[..., str]) -> None:
    write("una calma", number=1)
    write("una attenta", number=2, risk="medium", reasons=[{"category": "link", "term": "a.it"}])
    write("una brutta", number=3, risk="high", action="ignore", reasons=SLUR)
    shown = {
        "blocked": log(show="blocked"),
        "careful": log(show="careful"),
        "link": log(category="link"),
        "both": log(show="blocked", category="link"),
        "nonsense": log(show="x", category="y", before="z"),
    }
    lines = ("una calma", "una attenta", "una brutta")
    found = {name: [line for line in lines if line in page] for name, page in shown.items()}
    assert found == {
        "blocked": ["una brutta"],
        "careful": ["una attenta"],
        "link": ["una attenta"],
        "both": [],
        "nonsense": list(lines),
    }


def test_answers_kept_from_being_said_are_told_with_their_reason(
    session: LiveSession, write: Callable[..., ChatEvent], log: Callable[..., str]
) -> None:
    now = timezone.now()
    answer(session, now, status="refused", fault="policy:slurs", text="qualcosa di brutto")
    answer(session, now, status="rejected", text="non mi piace")
    answer(session, now, status="expired", text="troppo tardi")
    answer(session, now, text="detta e basta")
    page = log(show="host")
    for words in ("Refused by the policy: a slur", "Rejected", "Not approved in time", "troppo tardi"):
        assert words in page
    assert "detta e basta" not in page


def test_hostile_lines_are_text(
    session: LiveSession, write: Callable[..., ChatEvent], log: Callable[..., str]
) -> None:
    reasons = [{"category": HOSTILE, "term": HOSTILE}]
    line = write(HOSTILE, viewer_name=HOSTILE, risk="high", action=HOSTILE[:20], reasons=reasons)
    answer(session, line.occurred_at, trigger_source_id="line-0", text=HOSTILE, fault="policy:<script>")
    assert "<script>alert" not in log() + log(show="host")


def test_every_line_is_met_once_on_the_way_through_the_pages(
    session: LiveSession, write: Callable[..., ChatEvent]
) -> None:
    at = timezone.now()
    for number in range(25):
        write(f"line {number}", number=number, at=at if number < 12 else at - timedelta(seconds=number))
    met: list[str] = []
    before: PageCursor | None = None
    while page := page_of_messages(judged_messages(session), before, 5):
        met += [event.source_id for event in page]
        before = PageCursor.parse(str(PageCursor(page[-1].occurred_at, str(page[-1].id))))
    assert len(met) == len(set(met)) == 25


def test_the_page_leads_on_to_older_lines(write: Callable[..., ChatEvent], log: Callable[..., str]) -> None:
    lines = [write(f"riga {number:03}", number=number) for number in range(LINES_A_PAGE + 5)]
    first = log()
    assert f"riga {LINES_A_PAGE + 4:03}" in first
    assert "riga 004" not in first
    place = PageCursor(lines[5].occurred_at, str(lines[5].id))
    second = log(before=str(place))
    assert "riga 004" in second
    assert "riga 005" not in second


def test_a_page_of_a_long_live_reads_an_index_of_one_partition(
    session: LiveSession, write: Callable[..., ChatEvent]
) -> None:
    at = timezone.now()
    rows = [
        ChatEvent(
            tenant=session.tenant,
            session=session,
            session_month=session.log_month,
            source_id=f"many-{number}",
            kind="comment",
            occurred_at=at - timedelta(seconds=number),
            received_at=at,
            text="ciao",
            risk="high" if number % 50 == 0 else "low",
        )
        for number in range(5_000)
    ]
    ChatEvent.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE livesessions_chatevent")
        cursor.execute("SET LOCAL enable_seqscan = off")  # of so few rows it would read all
    lines = judged_messages(session, risk="high").filter(occurred_at__lte=at - timedelta(seconds=1_000))
    plan = lines[:50].explain()
    assert "Seq Scan" not in plan
    assert "Append" not in plan, "only one partition is touched"
    assert plan.count("Index") >= 1
    assert "session_id" in plan


# --- the table -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_whole_log_is_streamed_as_a_table(
    alice: User, session: LiveSession, write: Callable[..., ChatEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesessions.console.decisions.ROWS_AT_ONCE", 3)
    for number in range(8):
        write(f"riga {number}", number=number)
    write('=HYPERLINK("http://x")', number=9, viewer_name="@SUM(1)", risk="high", reasons=SLUR)

    async def fetch() -> tuple[str, str]:
        client = AsyncClient()
        await client.aforce_login(alice)
        response = await client.get(f"/lives/{session.id}/decisions.csv")
        assert response.streaming
        parts = [part async for part in response.streaming_content]  # type: ignore[attr-defined]
        return response["Content-Type"], b"".join(parts).decode()

    kind, text = async_to_sync(fetch)()
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert kind == "text/csv; charset=utf-8"
    assert rows[0][:3] == ["Time", "Viewer", "Message"]
    assert [row[2] for row in rows[2:]] == [f"riga {number}" for number in reversed(range(8))]
    assert rows[1][1:3] == ["'@SUM(1)", '\'=HYPERLINK("http://x")']
    assert rows[1][4] == "one of your blocked words stronzo"


# --- from a row ------------------------------------------------------------------------------------


def test_a_word_is_allowed_and_blocked_from_its_line(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    client, policy = client_for(alice), session.show.policy
    back = f"/lives/{session.id}/decisions/?show=blocked"
    with scope(tenant=session.tenant):
        assert "stronzo" in policy.blocklist
        done = client.post(f"/lives/{session.id}/allow-word/", {"term": "stronzo", "back": back})
        policy.refresh_from_db()
        assert policy.allowlist == ["stronzo"]
        assert "stronzo" not in policy.blocklist
        client.post(f"/lives/{session.id}/block-word/", {"term": " Stronzo "})
        policy.refresh_from_db()
    assert done["Location"] == back
    assert policy.blocklist[-1] == "Stronzo"
    assert policy.allowlist == []


@pytest.mark.parametrize("term", ["", "  ", "x" * 101])
def test_what_is_no_word_is_told(alice: User, session: LiveSession, client_for: ClientFor, term: str) -> None:
    answered = client_for(alice).post(f"/lives/{session.id}/block-word/", {"term": term}, follow=True)
    assert 'class="notice notice-error"' in answered.content.decode()


@pytest.mark.parametrize("standing", ["blocked", "trusted", "moderator"])
def test_a_viewer_is_given_a_standing_from_a_line(
    alice: User,
    session: LiveSession,
    write: Callable[..., ChatEvent],
    client_for: ClientFor,
    standing: str,
) -> None:
    write("ciao")
    sent = {"source_id": "line-0", "standing": standing}
    client_for(alice).post(f"/lives/{session.id}/viewer/", sent)
    rule = ViewerRule.objects.get()
    assert (rule.viewer_hash, rule.standing, rule.note) == ("ab" * 16, standing, "")


def test_a_standing_or_a_line_that_is_none_is_told(
    alice: User, session: LiveSession, write: Callable[..., ChatEvent], client_for: ClientFor
) -> None:
    write("ciao")
    for sent in ({"source_id": "line-0", "standing": "king"}, {"source_id": "?", "standing": "blocked"}):
        page = client_for(alice).post(f"/lives/{session.id}/viewer/", sent, follow=True).content.decode()
        assert 'class="notice notice-error"' in page
    assert not ViewerRule.objects.exists()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/lives/{other}/", "/"])
def test_the_way_back_leads_nowhere_else(
    alice: User, session: LiveSession, client_for: ClientFor, back: str
) -> None:
    sent = {"term": "acme", "back": back.format(other=uuid4())}
    answered = client_for(alice).post(f"/lives/{session.id}/allow-word/", sent)
    assert answered["Location"] == f"/lives/{session.id}/decisions/"


# --- who may ---------------------------------------------------------------------------------------

READ = ["decisions/"]
WRITE = ["allow-word/", "block-word/", "viewer/"]
SENT = {"term": "acme", "source_id": "line-0", "standing": "blocked"}


def test_charlie_finds_nothing_of_alices(
    charlie: User,
    other_tenant: Tenant,
    session: LiveSession,
    write: Callable[..., ChatEvent],
    client_for: ClientFor,
) -> None:
    write("ciao")
    client = client_for(charlie)
    for live in (session.id, NOBODY):
        assert client.get(f"/lives/{live}/decisions/").status_code == 404
        assert client.get(f"/lives/{live}/decisions.csv").status_code == 404
        assert [client.post(f"/lives/{live}/{path}", SENT).status_code for path in WRITE] == [404] * 3
    assert not ViewerRule.objects.exists()


def test_bob_who_only_looks_on_reads_and_changes_nothing(
    bob: User, session: LiveSession, write: Callable[..., ChatEvent], client_for: ClientFor
) -> None:
    write("una brutta", risk="high", reasons=SLUR)
    client = client_for(bob)
    page = client.get(f"/lives/{session.id}/decisions/").content.decode()
    assert "una brutta" in page
    assert "row-menu" not in page
    assert [client.post(f"/lives/{session.id}/{path}", SENT).status_code for path in WRITE] == [403] * 3
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    assert "row-menu" in client.get(f"/lives/{session.id}/decisions/").content.decode()


def test_the_log_is_reached_from_the_console_and_from_the_rules(
    alice: User, session: LiveSession, client_for: ClientFor
) -> None:
    client = client_for(alice)
    address = f"/lives/{session.id}/decisions/"
    assert address in client.get(f"/lives/{session.id}/").content.decode()
    assert address in client.get(f"/policies/{session.show.policy_id}/").content.decode()
