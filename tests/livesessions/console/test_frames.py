from datetime import UTC, datetime
from typing import Any

import pytest

from livesessions.console.consumers import MAX_LINES, Frames
from livesessions.console.publisher import ConsoleChatMessage, ConsoleCountsMessage, ConsoleReplyMessage

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


@pytest.fixture
def frames() -> Frames:
    return Frames("en", UTC)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(frames: Frames, text: str) -> None:
    frame = frames.update(
        [
            chat(1, text=text, name=text),
            chat(2, event="gift", gift_name=text, name=text),
            chat(text, name=text),  # type: ignore[arg-type]
            reply(1, text=text, trigger_name=text, trigger_text=text, fault=text),
        ],
        None,
    )
    assert "<script" not in frame
    assert "<img" not in frame
    assert "session-controls" not in frame.replace("id=&#x27;session-controls&#x27;", "")


def test_an_event_or_a_status_that_is_not_known_is_still_text(frames: Frames) -> None:
    evil = '"><script>alert(1)</script>'
    frame = frames.update([chat(1, event=evil, risk=evil), reply(1, status=evil, trigger_kind=evil)], None)
    assert "<script" not in frame


def test_a_reply_that_changes_replaces_itself(frames: Frames) -> None:
    first = frames.update([reply(1)], None)
    second = frames.update([reply(1, status="spoken", heard=True)], None)
    assert "beforeend:#host-feed" in first
    assert "Speaking" in first
    assert "beforeend:#host-feed" not in second
    assert 'hx-swap-oob="true"' in second
    assert "Heard in OBS" in second


def test_a_reply_that_changes_within_a_batch_is_drawn_once_as_it_was_last(frames: Frames) -> None:
    frame = frames.update([reply(1), reply(1, status="skipped")], None)
    assert frame.count("<li") == 1
    assert "Skipped" in frame


def test_a_reply_shows_what_it_answers_and_how_long_it_took(frames: Frames) -> None:
    frame = frames.update([reply(1)], None)
    assert "mi senti?" in frame
    assert "1,412 ms" in frame


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "spoken"}, "Not played in OBS"),
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
    ],
)
def test_every_end_of_a_reply_has_its_words(frames: Frames, fields: dict[str, Any], words: str) -> None:
    assert words in frames.update([reply(1, **fields)], None)


def test_a_risky_line_is_marked_in_words(frames: Frames) -> None:
    assert "Careful" in frames.update([chat(1, risk="medium")], None)
    assert "Not answered" in frames.update([chat(2, risk="high")], None)


def test_a_reason_that_was_found_twice_is_named_once(frames: Frames) -> None:
    frame = frames.update([chat(1, risk="high", categories=["link", "spam", "link"])], None)
    assert frame.count("A link, spam<") == 1


def test_a_burst_brings_no_more_lines_than_a_page_keeps(frames: Frames) -> None:
    frame = frames.update([chat(number) for number in range(1_000)], None)
    assert frame.count("<li") == MAX_LINES
    assert "ciao 999" in frame


def counts_message(viewers: int, counts: dict[str, int]) -> ConsoleCountsMessage:
    return {
        "kind": "counts",
        "viewers": viewers,
        "counts": counts,
        "connection": "connected",
        "retry_in_s": 0,
    }


def test_counts_are_drawn_when_they_change_and_only_then(frames: Frames) -> None:
    first = counts_message(viewers=1234, counts={"decoded": 9, "dropped": 2})
    second = counts_message(viewers=1234, counts={"broken": 1})
    assert "1,234" in frames.update([first], None)
    assert frames.update([first], None) == ""
    assert "Unreadable" in frames.update([second], None)


def test_nothing_that_changes_is_no_frame(frames: Frames) -> None:
    assert frames.update([], None) == ""


def test_a_line_shows_the_time_of_the_workspace(frames: Frames) -> None:
    assert f"{datetime(2026, 5, 1, 20, 15, tzinfo=UTC):%H:%M}</time>" in frames.update([chat(1)], None)


@pytest.mark.parametrize(
    ("connection", "retry_in_s", "words"),
    [
        ("connecting", 0, "Connecting to the chat…"),
        ("connected", 0, "Connected to the chat"),
        ("waiting", 4, "Reconnecting in 4 s…"),
        ("waiting", 0, "Connecting to the chat…"),
        ("stalled", 0, "gone silent. Reconnecting…"),
    ],
)
def test_how_the_connection_stands_is_told_in_words(
    frames: Frames, connection: str, retry_in_s: int, words: str
) -> None:
    message = counts_message(viewers=1, counts={})
    message["connection"], message["retry_in_s"] = connection, retry_in_s
    assert words in frames.update([message], None)


@pytest.mark.parametrize("connection", ["", "ended"])
def test_a_chat_without_a_connection_says_nothing_of_one(frames: Frames, connection: str) -> None:
    message = counts_message(viewers=1, counts={})
    message["connection"] = connection
    assert 'id="connection"' not in frames.update([message], None)


def test_the_quote_of_a_deleted_line_is_blanked_in_the_host_feed(frames: Frames) -> None:
    frames.update([chat(1), chat(2, viewer="v2"), reply(1), reply(2, trigger_id="line-2")], None)
    by_id = frames.update([{"kind": "deleted", "ids": ["line-1"], "viewers": []}], None)
    assert "mi senti?" not in by_id
    assert by_id.count("Ciao Giulia!") == 1
    by_viewer = frames.update([{"kind": "deleted", "ids": [], "viewers": ["v2"]}], None)
    assert "mi senti?" not in by_viewer
    assert by_viewer.count("Ciao Giulia!") == 1
    assert "mi senti?" not in frames.update([reply(1, heard=True)], None)
