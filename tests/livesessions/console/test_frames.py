import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from livesessions.console.frames import MAX_ROWS, Frames
from livesessions.console.presenter import describe
from livesessions.console.publisher import ConsoleChatMessage, ConsoleCountsMessage, ConsoleReplyMessage
from livesessions.models.sessions import LiveSession

NOBODY = UUID(int=1)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</li></ol><div hx-swap-oob='true' id='session-controls'>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "\u202e\u2066إيموجي\u0000",
    "😀" * 200,
    "Z̸̢̛̖͔a̷l̶g̴o̵" * 50,
    "",
]


def chat(number: int = 1, **fields: Any) -> ConsoleChatMessage:
    message: ConsoleChatMessage = {
        "kind": "chat",
        "id": f"line-{number}",
        "event": "comment",
        "name": "Giulia",
        "text": f"ciao {number}",
        "risk": "low",
        "gift_name": "",
        "count": 1,
        "at": "2026-05-01T20:15:30+00:00",
        "categories": [],
        "viewer": "",
    }
    return {**message, **fields}  # type: ignore[typeddict-item]


def reply(number: int = 1, **fields: Any) -> ConsoleReplyMessage:
    message: ConsoleReplyMessage = {
        "kind": "reply",
        "id": f"reply-{number}",
        "status": "speaking",
        "text": "Ciao Giulia!",
        "fault": "",
        "hearing": "",
        "trigger_kind": "comment",
        "trigger_id": "line-1",
        "trigger_name": "Giulia",
        "trigger_text": "mi senti?",
        "first_audio_ms": 1412,
        "heard": False,
        "at": "2026-05-01T20:15:31+00:00",
    }
    return {**message, **fields}  # type: ignore[typeddict-item]


def words_of(frame: Mapping[str, Any]) -> str:
    """Return all that a frame sends, as text to search in."""
    return json.dumps(frame, ensure_ascii=False)


@pytest.fixture
def frames() -> Frames:
    return Frames("en", UTC)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_sent_as_a_value_and_never_as_markup(frames: Frames, text: str) -> None:
    frame = frames.update(
        [chat(1, text=text, name=text), chat(2, event=text, risk=text), reply(1, text=text, status=text)],
        None,
    )
    assert "parts" not in frame, "only parts are put into a page as markup"
    assert "held" not in frame
    assert frame["chat"][0]["text"][:100] == text[:100]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_held_reply_is_text_in_its_form(frames: Frames, text: str) -> None:
    held = {**reply(1, status="held", text=text, trigger_name=text, trigger_text=text), "id": str(NOBODY)}
    shown = Frames("en", UTC, session_id=NOBODY, may_control=True).update([held], None)  # type: ignore[list-item]
    html = shown["held"][0]["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert "hx-swap-oob='true'" not in html


def test_a_reply_that_changes_has_the_same_row(frames: Frames) -> None:
    [first] = frames.update([reply(1)], None)["replies"]
    [second] = frames.update([reply(1, status="spoken", heard=True)], None)["replies"]
    assert first["id"] == second["id"]
    assert "Speaking" in words_of({"marks": first["marks"]})
    assert "Heard" in words_of({"marks": second["marks"]})


def test_a_reply_that_changes_within_a_batch_is_sent_once_as_it_was_last(frames: Frames) -> None:
    [row] = frames.update([reply(1), reply(1, status="skipped")], None)["replies"]
    assert row["marks"][0]["text"] == "Skipped"


def test_a_reply_shows_what_it_answers_and_in_which_row_that_stands(frames: Frames) -> None:
    frame = frames.update([chat(1), reply(1)], None)
    [row] = frame["replies"]
    assert (row["trigger_name"], row["trigger_text"]) == ("Giulia", "mi senti?")
    assert row["answers"] == frame["chat"][0]["id"]


@pytest.mark.parametrize(
    ("first_audio_ms", "text", "tone"),
    [(26, "0.0 s", ""), (1412, "1.4 s", ""), (17_770, "18 s", "wary"), (125_400, "2 min 5 s", "wary")],
)
def test_a_delay_is_said_in_the_unit_of_people_and_amber_above_ten_seconds(
    frames: Frames, first_audio_ms: int, text: str, tone: str
) -> None:
    [row] = frames.update([reply(1, first_audio_ms=first_audio_ms)], None)["replies"]
    assert row["marks"][-1] == {"tone": tone, "icon": "clock", "text": text}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "spoken"}, "Nobody heard it"),
        ({"status": "muted"}, "Cut by mute"),
        ({"status": "refused"}, "Blocked by your rules"),
        ({"status": "failed", "fault": "planner"}, "No answer was found in time"),
        ({"status": "failed", "fault": "planner:unheard"}, "The language model repeats itself"),
        (
            {"status": "spoken", "fault": "planner:unheard"},
            "A prepared line: the language model repeats itself",
        ),
        ({"status": "failed", "fault": "speech"}, "The voice did not answer"),
        ({"status": "failed", "fault": "overlay"}, "The overlay could not be reached"),
        ({"trigger_kind": "streamer"}, "Your message"),
        ({"trigger_kind": "gift", "trigger_text": ""}, "sent a gift"),
        ({"status": "spoken", "heard": True, "hearing": "silent"}, "Played in silence"),
    ],
)
def test_every_end_of_a_reply_has_its_words(frames: Frames, fields: dict[str, Any], words: str) -> None:
    assert words in words_of(frames.update([reply(1, **fields)], None))


def test_a_risky_message_is_marked_in_words(frames: Frames) -> None:
    assert "With care" in words_of(frames.update([chat(1, risk="medium")], None))
    assert "Not answered" in words_of(frames.update([chat(2, risk="high")], None))


def test_a_reason_that_was_found_twice_is_named_once(frames: Frames) -> None:
    [row] = frames.update([chat(1, risk="high", categories=["link", "spam", "link"])], None)["chat"]
    assert row["mark"] == {"tone": "bad", "icon": "shield-x", "text": "A link, spam"}


def test_a_burst_brings_no_more_rows_than_a_page_shows(frames: Frames) -> None:
    rows = frames.update([chat(number) for number in range(1_000)], None)["chat"]
    assert len(rows) == MAX_ROWS
    assert rows[-1]["text"] == "ciao 999"


def gift(number: int, count: int, **fields: Any) -> ConsoleChatMessage:
    return chat(
        number, **{"event": "gift", "gift_name": "Rosa", "text": "", "count": count, "viewer": "v1", **fields}
    )


def test_a_gift_streak_is_one_row_that_counts_up(frames: Frames) -> None:
    [first] = frames.update([gift(1, 1, streak="s1", streak_open=True)], None)["chat"]
    [second] = frames.update([gift(2, 4, streak="s1", streak_open=True), chat(9)], None)["chat"][:1]
    [late] = frames.update([gift(3, 3, streak="s1", streak_open=False)], None)["chat"]
    assert first["id"] == second["id"] == late["id"]
    assert (first["text"], second["text"], late["text"]) == ("sent Rosa", "sent Rosa × 4", "sent Rosa × 4")


def test_a_streak_without_an_id_ends_with_its_pause_and_single_gifts_are_rows_of_their_own(
    frames: Frames,
) -> None:
    rows = frames.update(
        [
            gift(1, 1, streak_open=True),
            gift(2, 2, streak_open=False, at="2026-05-01T20:15:33+00:00"),
            gift(3, 1, streak_open=True, at="2026-05-01T20:16:33+00:00"),
            gift(4, 1, streak="", gift_name="Leone"),
            gift(5, 1, streak="", gift_name="Leone"),
        ],
        None,
    )["chat"]
    assert [row["text"] for row in rows] == ["sent Rosa × 2", "sent Rosa", "sent Leone", "sent Leone"]


def test_a_message_of_an_older_worker_has_no_streak(frames: Frames) -> None:
    assert len(frames.update([gift(1, 1), gift(2, 2)], None)["chat"]) == 2


def counts_message(viewers: int, counts: dict[str, int]) -> ConsoleCountsMessage:
    return {
        "kind": "counts",
        "viewers": viewers,
        "counts": counts,
        "connection": "connected",
        "retry_in_s": 0,
    }


def test_nothing_that_changes_is_no_frame(frames: Frames) -> None:
    assert frames.update([], None) == {}


def test_a_row_shows_the_time_of_the_workspace() -> None:
    [row] = Frames("en", ZoneInfo("Pacific/Auckland")).update([chat(1)], None)["chat"]
    assert row["time"] == "08:15"


def test_figures_are_sent_when_they_change_and_only_then(frames: Frames, session: LiveSession) -> None:
    frames.whole([], describe(session, may_control=False))
    first = counts_message(viewers=1234, counts={"gifts": 9})
    assert frames.update([first], None)["numbers"] == {"viewers": "1,234", "gifts": "9 gifts"}
    assert frames.update([first], None) == {}
    assert frames.update([counts_message(1235, {"gifts": 9})], None) == {"numbers": {"viewers": "1,235"}}


def test_the_quote_of_a_deleted_message_is_taken_from_the_reply(frames: Frames) -> None:
    frames.update([chat(1), chat(2, viewer="v2"), reply(1), reply(2, trigger_id="line-2")], None)
    by_id = words_of(frames.update([{"kind": "deleted", "ids": ["line-1"], "viewers": []}], None))
    assert "mi senti?" not in by_id
    assert by_id.count("Ciao Giulia!") == 1
    by_viewer = words_of(frames.update([{"kind": "deleted", "ids": [], "viewers": ["v2"]}], None))
    assert "mi senti?" not in by_viewer
    assert by_viewer.count("Ciao Giulia!") == 1
    assert "mi senti?" not in words_of(frames.update([reply(1, heard=True)], None))


def test_what_a_row_says_is_sent_in_the_readers_language(session: LiveSession) -> None:
    session.status, session.credit_warnings = LiveSession.Status.ACTIVE, {"voice_characters": 96}
    frame = Frames("de", UTC).update([], describe(session, may_control=True))
    assert "Sprachzeichen" in words_of(frame)
    assert "voice characters" not in words_of(frame)


def test_a_phone_reads_that_credit_ends_beside_a_button(session: LiveSession) -> None:
    def state(percent: int) -> str:
        session.credit_warnings = {"voice_characters": percent}
        return Frames("en", UTC).update([], describe(session, may_control=True))["parts"]["session-state"]

    session.status = LiveSession.Status.ACTIVE
    assert "Open the overlay" in words_of({"state": state(80)})
    assert ("is-short" in state(80), "is-short" in state(96)) == (True, False)
