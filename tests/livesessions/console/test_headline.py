"""The console's headline and its health in words, from what is known of the live."""

from dataclasses import replace
from typing import Any

import pytest

from livesessions.console.facts import LiveFacts, ReplyHealth
from livesessions.console.headline import headline_of
from livesessions.console.health import health_of
from overlay.presence import OpenPage
from tests.livesessions.console.test_frames import reply

PAGE: OpenPage = {
    "id": "page",
    "page": 2,
    "software": "obs",
    "version": "30.1.2",
    "width": 1080,
    "height": 1920,
    "pixel_ratio": 1.0,
    "audio": "worklet",
    "visible": True,
    "active": True,
    "sound": "ok",
    "since_ms": 0,
    "until_ms": 1,
}
ON_AIR = LiveFacts(phase="on_air", chat="TikTok", connection="connected", pages=(PAGE,))


def page(**fields: Any) -> OpenPage:
    return {**PAGE, **fields}  # type: ignore[typeddict-item]


def test_a_live_that_is_heard_is_on_air() -> None:
    headline = headline_of(ON_AIR)
    assert (headline.tone, headline.title, headline.action) == ("good", "On air.", "")


@pytest.mark.parametrize(
    ("facts", "title", "text", "action"),
    [
        ({"pages": ()}, "nobody hears", "Open the overlay", "open_overlay"),
        ({"pages": (page(sound="blocked"),)}, "nobody hears", "Click on the overlay", ""),
        ({"pages": (page(sound="silent"),)}, "nobody hears", "Unmute the source", ""),
        ({"pages": (page(sound="stalled"),)}, "nobody hears", "Refresh the source", ""),
        ({"pages": (page(active=False),)}, "nobody hears", "not in the scene", ""),
        ({"connection": "waiting", "retry_in_s": 4}, "no chat is arriving", "Reconnecting in 4 s", ""),
        ({"failures": 2, "fault": "speech"}, "cannot answer", "voice", ""),
        ({"failures": 2, "fault": "planner"}, "cannot answer", "language model", ""),
        ({"is_paused": True}, "host paused", "until you resume", "resume"),
    ],
)
def test_what_is_wrong_takes_the_headline_in_amber(
    facts: dict[str, Any], title: str, text: str, action: str
) -> None:
    headline = headline_of(replace(ON_AIR, **facts))
    assert headline.tone == "wary"
    assert title in headline.title
    assert text in headline.text
    assert headline.action == action


def test_the_worst_truth_comes_first() -> None:
    facts = replace(ON_AIR, pages=(), connection="stalled", failures=5, is_paused=True)
    assert "nobody hears" in headline_of(facts).title


def test_one_page_that_plays_is_enough() -> None:
    facts = replace(ON_AIR, pages=(page(sound="blocked"), page(id="other")))
    assert headline_of(facts).tone == "good"


def test_a_single_failure_is_no_headline() -> None:
    assert headline_of(replace(ON_AIR, failures=1, fault="speech")).tone == "good"


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("ready", "Press Start"),
        ("starting", "connecting to the chat"),
        ("muted", "Your host is silent"),
        ("stopping", "Ending the live"),
        ("ended", "You ended it."),
    ],
)
def test_every_phase_has_its_headline(phase: str, words: str) -> None:
    assert words in headline_of(replace(ON_AIR, phase=phase, end_reason="You ended it.")).text


def words(facts: LiveFacts) -> dict[str, str]:
    return {item.name: f"{item.tone}: {item.text} {item.remark}".strip() for item in health_of(facts)}


def test_the_health_of_a_good_live() -> None:
    facts = replace(ON_AIR, delay_ms=1400)
    assert words(facts) == {
        "Chat": "good: Connected to the chat",
        "Overlay": "good: Open and playing",
        "Voice": "good: First word after 1.4 s",
        "Answers": "good: Working",
    }


@pytest.mark.parametrize(
    ("facts", "name", "text"),
    [
        ({"connection": "", "chat": "Simulated chat"}, "Chat", "good: Simulated chat"),
        ({"connection": "stalled"}, "Chat", "wary: The chat has gone silent. Reconnecting…"),
        ({"counts": {"broken": 1}}, "Chat", "good: Connected to the chat 1 message was unreadable"),
        ({"pages": ()}, "Overlay", "wary: Not open. Nobody hears your host"),
        ({"pages": (PAGE, PAGE)}, "Overlay", "wary: Open 2 times: viewers may hear an echo"),
        ({"delay_ms": 17_770}, "Voice", "wary: Slow: first word after 18 s"),
        ({"is_model_paused": True}, "Answers", "wary: The language model repeats itself: ready-made lines"),
        (
            {"counts": {"decoded": 6842, "dropped": 2572}},
            "Answers",
            "calm: Working Skipped 38 % (chat too fast)",
        ),
        ({"counts": {"not_written": 1200}}, "Log", "wary: 1,200 events are not saved"),
    ],
)
def test_the_health_says_what_is_wrong(facts: dict[str, Any], name: str, text: str) -> None:
    assert words(replace(ON_AIR, **facts))[name] == text


def test_failures_in_a_row_are_counted_once_each_and_a_reply_that_is_said_ends_them() -> None:
    health = ReplyHealth()
    for number in (1, 1, 2):
        health.note(reply(number, status="failed", fault="speech", first_audio_ms=None))
    assert health.apply_to(ON_AIR).failures == 2
    health.note(reply(3, status="speaking", first_audio_ms=800))
    health.note(reply(3, status="spoken", first_audio_ms=800))
    health.note(reply(4, status="spoken", first_audio_ms=1_000))
    facts = health.apply_to(ON_AIR)
    assert (facts.failures, facts.fault, facts.delay_ms) == (0, "", 900)
