"""The figures of the last ten minutes and the timeline of a live on its console."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django_scopes import scope

from livesessions.console.facts import LiveFacts
from livesessions.console.series import STEP_S, STEPS, RoomSeries, empty_step, read_steps
from livesessions.console.timeline import Timeline, read_timeline
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import mute_session, unmute_session
from tenants.acting import SYSTEM, acting_as
from tests.livesessions.console.test_headline import ON_AIR, PAGE

NOW_S = 1_800_000_000.0


def counts(messages: int, diamonds: int = 0) -> dict[str, int]:
    return {"messages": messages, "gifts": 0, "diamonds": diamonds, "likes": 0}


def test_the_series_adds_what_the_counts_have_grown_by() -> None:
    series = RoomSeries()
    series.note(NOW_S, 50, counts(100, 7))
    series.note(NOW_S + 1, 51, counts(104, 7))
    series.note(NOW_S + STEP_S, None, counts(110, 30))
    shown = series.series(NOW_S + STEP_S)
    assert shown["messages"][-2:] == [4, 6], (
        "what was counted before the page was opened is no message of now"
    )
    assert shown["diamonds"][-2:] == [0, 23]
    assert shown["viewers"][-2:] == [51, 51]
    assert len(shown["likes"]) == STEPS
    assert series.messages_per_minute(NOW_S + STEP_S) == 10


def test_a_new_worker_whose_counts_begin_again_takes_nothing_away() -> None:
    series = RoomSeries()
    for messages in (100, 104, 2, 5):
        series.note(NOW_S, 1, counts(messages))
    assert series.series(NOW_S)["messages"][-1] == 7


def test_steps_that_are_too_old_are_forgotten() -> None:
    series = RoomSeries([{**empty_step(int(NOW_S // STEP_S)), "messages": 9}])
    assert series.series(NOW_S)["messages"][-1] == 9
    assert sum(series.series(NOW_S + STEPS * STEP_S)["messages"]) == 0
    for number in range(2 * STEPS):
        series.note(NOW_S + number * STEP_S, number, counts(0))
    assert len(series.series(NOW_S + 2 * STEPS * STEP_S)["viewers"]) == STEPS


def write(session: LiveSession, at_s: float, kind: str, **fields: Any) -> None:
    at = datetime.fromtimestamp(at_s, UTC)
    ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id=f"{kind}-{ChatEvent.objects.count()}",
        kind=kind,
        occurred_at=at,
        received_at=at,
        **fields,
    )


@pytest.mark.django_db
def test_the_last_minutes_are_read_from_the_log(session: LiveSession) -> None:
    with scope(tenant=session.tenant):
        write(session, NOW_S - 5, "comment")
        write(session, NOW_S - 5, "question")
        write(session, NOW_S - 4, "gift", count=2, diamonds=5, streak_open=True)
        write(session, NOW_S - 3, "gift", count=3, diamonds=5)
        write(session, NOW_S - 3, "like", count=12)
        write(session, NOW_S - 2, "viewers", count=70)
        write(session, NOW_S - 2_000, "comment")
        steps = read_steps(session, NOW_S)
    assert steps == [
        {
            "step": int((NOW_S - 5) // STEP_S),
            "viewers": 70,
            "messages": 2,
            "gifts": 3,
            "diamonds": 15,
            "likes": 12,
        }
    ]


# --- timeline ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_timeline_says_what_people_did_newest_first(session: LiveSession) -> None:
    with scope(tenant=session.tenant), acting_as(SYSTEM):
        mute_session(session=session)
        unmute_session(session=session)
        texts = [entry.text for entry in read_timeline(session)]
    assert texts == ["Host unmuted", "Host muted"]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({}, {"is_muted": True, "phase": "muted"}, "Host muted"),
        ({"is_paused": True}, {}, "Host resumed"),
        ({}, {"pages": ()}, "Overlay closed"),
        ({"pages": ()}, {"pages": (PAGE,)}, "Overlay opened"),
        ({}, {"connection": "stalled"}, "Chat lost, reconnecting"),
        ({"connection": "waiting"}, {}, "Chat is back"),
        ({"phase": "starting"}, {}, "Live started"),
        ({}, {"phase": "stopping"}, "Live ended"),
    ],
)
def test_what_happens_while_the_page_is_open_is_added(
    before: dict[str, Any], after: dict[str, Any], text: str
) -> None:
    timeline = Timeline()
    assert timeline.note_change(replace(ON_AIR, **before), replace(ON_AIR, **after))
    assert [entry.text for entry in timeline.entries] == [text]
    assert datetime.now(UTC) - timeline.entries[0].at < timedelta(minutes=1)


def test_a_game_is_two_entries_and_its_seconds_are_none() -> None:
    timeline = Timeline()
    kinds = ["", "quiz", "quiz", ""]
    for before, after in pairwise(kinds):
        timeline.note_game(before, after)
    assert [entry.text for entry in timeline.entries] == ["Game over", "Game started"]


def test_nothing_new_is_no_entry() -> None:
    assert not Timeline().note_change(LiveFacts(), LiveFacts())
