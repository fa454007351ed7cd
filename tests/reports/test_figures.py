"""The figures of an ended live: counted once, from its events and replies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from livesessions.models.sessions import LiveSession
from reports.models import LiveSummary
from reports.summary.moments import best_moments
from reports.summary.questions import unanswered_questions
from reports.summary.services import compute_summary, summary_of
from reports.summary.timeline import Minute, bucket_length_s
from reports.tasks import summarize_ended_lives
from tests.reports.conftest import START, AddEvent, AddReply, end

pytestmark = pytest.mark.django_db


def minute(messages: int, gifts: int = 0) -> Minute:
    return {"messages": messages, "gifts": gifts, "diamonds": 0, "replies": 0, "viewers": None}


def test_each_kind_of_event_is_counted(ended: LiveSession, add_event: AddEvent) -> None:
    add_event("comment", 5, text="Ciao", risk="low")
    add_event("comment", 6, text="Ciao", viewer_hash="b", risk="high")
    add_event("question", 7, text="Come stai?", risk="medium")
    add_event("follow", 8)
    add_event("share", 9)
    add_event("subscribe", 10)
    add_event("like", 11, count=15)
    add_event("like", 12, count=5)
    add_event("viewers", 13, count=40)
    add_event("viewers", 200, count=90)
    add_event("join", 14)
    summary = compute_summary(ended)
    assert (summary.messages, summary.writers) == (3, 2)
    assert (summary.follows, summary.shares, summary.subscriptions, summary.likes) == (1, 1, 1, 20)
    assert (summary.peak_viewers, summary.length_s) == (90, 600)
    assert (summary.blocked_messages, summary.careful_messages) == (1, 1)
    assert [each["viewers"] for each in summary.minutes] == [40, None, None, 90, *[None] * 6]


def test_a_streak_counts_with_its_largest_total(ended: LiveSession, add_event: AddEvent) -> None:
    for total in (1, 4, 3):
        add_event("gift", total, gift_id="rose", diamonds=2, count=total, streak_id="s1", streak_open=True)
    add_event("gift", 70, gift_id="lion", diamonds=100, count=1)
    add_event("gift", 71, gift_id="rose", diamonds=2, count=2, streak_open=True)
    summary = compute_summary(ended)
    assert (summary.gifts, summary.diamonds) == (5, 108)
    assert [each["gifts"] for each in summary.minutes[:2]] == [4, 1]


def test_those_who_gave_most_are_known_by_a_gift_and_not_by_name(
    ended: LiveSession, add_event: AddEvent
) -> None:
    for total in (1, 4):
        add_event("gift", total, gift_id="rose", diamonds=2, count=total, streak_id="s1", streak_open=True)
    add_event("gift", 70, gift_id="lion", diamonds=100, viewer_hash="b", source_id="lion-1")
    add_event("gift", 71, gift_id="rose", diamonds=2, count=2, viewer_hash="")
    summary = compute_summary(ended)
    assert [(each["gifts"], each["diamonds"]) for each in summary.gifters] == [(1, 100), (4, 8)]
    assert summary.gifters[0]["event"] == "lion-1"
    assert "Anna" not in str(summary.gifters)


def test_replies_count_when_they_were_said(ended: LiveSession, add_reply: AddReply) -> None:
    add_reply(10, heard_started_at=START, first_audio_ms=1_000, trigger_source_id="1")
    add_reply(20, first_audio_ms=3_000, trigger_source_id="2")
    add_reply(30, status="skipped", first_audio_ms=9_000, trigger_source_id="3")
    add_reply(40, first_audio_ms=90)  # said by itself: nobody waited for it
    add_reply(50, status="refused")
    add_reply(60, status="failed")
    summary = compute_summary(ended)
    assert (summary.replies, summary.heard_replies, summary.blocked_replies) == (4, 1, 1)
    assert summary.median_wait_ms == 3_000


def test_events_at_the_edges_count_into_the_first_and_the_last_minute(
    ended: LiveSession, add_event: AddEvent
) -> None:
    add_event("comment", -30, text="Presto")
    add_event("comment", 640, text="Tardi")
    counts = [each["messages"] for each in compute_summary(ended).minutes]
    assert counts == [1, *[0] * 8, 1]


def test_a_live_of_which_nothing_is_known_has_figures_of_zero(ended: LiveSession) -> None:
    summary = compute_summary(ended)
    assert (summary.messages, summary.gifts, summary.replies, summary.peak_viewers) == (0, 0, 0, None)
    assert (summary.moments, summary.median_wait_ms) == ([], None)


@pytest.mark.parametrize(
    ("length_s", "bucket_s"), [(0, 60), (59, 60), (12 * 3_600, 60), (12 * 3_600 + 1, 120), (86_400, 120)]
)
def test_a_long_live_has_longer_minutes(length_s: float, bucket_s: int) -> None:
    assert bucket_length_s(length_s) == bucket_s


@pytest.mark.parametrize(
    ("counts", "moments"),
    [
        ([], []),
        ([3, 3, 3], []),
        ([10, 10, 10, 30, 10], [3]),
        ([10, 10, 30, 29, 10, 10, 10], [2]),
        ([10, 40, 10, 30, 10, 10, 10], [1, 3]),
        ([0, 0, 4, 0], []),
        ([0, 0, 5, 0], [2]),
        ([1] * 20 + [9, 1] * 9, [20, 22, 24, 26, 28]),
    ],
)
def test_moments_are_the_minutes_that_stand_out(counts: list[int], moments: list[int]) -> None:
    assert best_moments([minute(count) for count in counts]) == moments


def test_gifts_make_a_moment_too() -> None:
    assert best_moments([minute(1), minute(1), minute(0, gifts=8), minute(1)]) == [2]


def test_a_question_is_open_unless_it_or_an_equal_one_was_answered(
    ended: LiveSession, add_event: AddEvent, add_reply: AddReply
) -> None:
    add_event("comment", 1, text="Di dove sei?", source_id="1", action="answer")
    add_event("comment", 2, text="di dove sei", source_id="2", action="answer")
    add_event("comment", 3, text="Quanto costa?", source_id="3", action="answer")
    add_event("comment", 4, text="quanto costa???", source_id="4", action="answer")
    add_event("question", 5, text="Hai un gatto", source_id="5", action="answer")
    add_event("comment", 6, text="Sei scemo?", source_id="6", action="ignore")
    add_event("comment", 7, text="Ciao a tutti", source_id="7", action="answer")
    add_reply(8, trigger_source_id="x", also_source_ids=["1"])
    found = unanswered_questions(ended)
    assert [(each.text, each.times) for each in found] == [("Quanto costa?", 2), ("Hai un gatto", 1)]


def test_a_deleted_question_is_not_shown(ended: LiveSession, add_event: AddEvent) -> None:
    add_event("comment", 1, text="", source_id="1", action="answer", deleted=True)
    assert unanswered_questions(ended) == []


def test_the_figures_are_stored_once(ended: LiveSession, add_event: AddEvent) -> None:
    add_event("comment", 5, text="Ciao")
    assert summary_of(ended).messages == 1
    add_event("comment", 6, text="Ciao")
    assert summary_of(ended).messages == 1, "a stored figure is not counted again"
    assert LiveSummary.objects.count() == 1


def test_figures_that_may_still_change_are_not_stored(session: LiveSession) -> None:
    just_ended = end(session, start=timezone.now() - timedelta(minutes=5), length=timedelta(minutes=5))
    assert summary_of(just_ended).length_s == 300
    assert not LiveSummary.objects.exists()


def test_a_job_counts_the_lives_that_have_ended(ended: LiveSession, other_session: LiveSession) -> None:
    summarize_ended_lives.call_local()
    assert set(LiveSummary.objects.values_list("session_id", flat=True)) == {ended.id}
