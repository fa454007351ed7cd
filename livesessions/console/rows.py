"""Turns the messages of a live into the rows of its console, in the reader's language.

A page builds its rows from these values as text, so nothing a viewer wrote can become markup.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatsources.events import EventKind
from livesessions.console.publisher import ConsoleChatMessage, ConsoleReplyMessage
from livesessions.models.replies import Reply
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.pipeline.reply.approvals import HELD_FOR_S
from moderation.labels import CATEGORY_LABELS

NAME_LENGTH = 40
TEXT_LENGTH = 600
QUOTE_LENGTH = 160
SLOW_MS = 10_000
MINUTE_MS = 60_000
# A streak without an id goes on if its next message comes within so long.
STREAK_GAP = timedelta(seconds=10)
MAX_STREAKS = 200

ICONS = {
    EventKind.GIFT: "gift",
    EventKind.FOLLOW: "user-plus",
    EventKind.SUBSCRIBE: "star",
    EventKind.SHARE: "share-3",
    EventKind.QUESTION: "help-circle",
    EventKind.PAUSED: "player-pause",
    EventKind.RESUMED: "player-play",
    EventKind.ENDED: "player-stop",
    EventKind.DELETED: "trash",
    EventKind.LIKE: "heart",
    EventKind.JOIN: "login-2",
}
MESSAGES = frozenset({EventKind.COMMENT, EventKind.QUESTION})


class Mark(TypedDict):
    """A short remark with an icon. `tone` is good, wary, bad or empty."""

    tone: str
    icon: str
    text: str


class ChatRow(TypedDict):
    """One row of the chat.

    - `id`: safe as the id of an element; all messages of one gift streak have the same.
    - `source`: the message's own id for commands; empty where nobody can be acted on.
    - `group`: message, gift or event, for the filters.
    - `text`: the viewer's own words if `is_quote`, otherwise what happened.
    """

    id: str
    source: str
    group: str
    icon: str
    name: str
    text: str
    is_quote: bool
    risk: str
    mark: Mark | None
    at: str
    time: str


class ReplyRow(TypedDict):
    """One row of what the host said. `answers` is the id of the chat row that it answers."""

    id: str
    status: str
    answers: str
    trigger_name: str
    trigger_text: str
    text: str
    marks: list[Mark]
    at: str
    time: str


class HeldRow(TypedDict):
    """A reply that waits for approval, until `until`."""

    id: str
    reply: str
    trigger_name: str
    trigger_text: str
    text: str
    until: datetime


def row_id(kind: str, message_id: str) -> str:
    """Return an id for the row of a message that is safe in a page."""
    return f"{kind}-{hashlib.blake2s(message_id.encode(), digest_size=8).hexdigest()}"


# --- chat --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Streak:
    message_id: str
    count: int
    is_open: bool
    last_at: datetime


class GiftStreaks:
    """Merges the messages of a gift streak, so that one row counts up.

    Streaks are told apart by viewer, gift and id; without an id, by their pauses.
    """

    def __init__(self) -> None:
        self._streaks: OrderedDict[tuple[str, str, str], _Streak] = OrderedDict()

    def merge(self, message: ConsoleChatMessage) -> ConsoleChatMessage:
        """Return a gift under the id of its streak's first message, with the highest count so far."""
        if message["event"] != EventKind.GIFT:
            return message
        # Workers of the previous release, which may still run, send no streaks.
        streak_id, is_open = message.get("streak", ""), message.get("streak_open", False)
        key = (message["viewer"] or message["name"], message["gift_name"], streak_id)
        at = datetime.fromisoformat(message["at"])
        streak = self._streaks.get(key)
        if streak is None or not (streak_id or (streak.is_open and at - streak.last_at <= STREAK_GAP)):
            streak = self._streaks[key] = _Streak(message["id"], message["count"], is_open, at)
        streak.count = max(streak.count, message["count"])
        streak.is_open, streak.last_at = is_open, at
        self._streaks.move_to_end(key)
        if len(self._streaks) > MAX_STREAKS:
            self._streaks.popitem(last=False)
        return {**message, "id": streak.message_id, "count": streak.count}


def chat_row(message: ConsoleChatMessage) -> ChatRow:
    """Return the row of a message of the room."""
    event, text = message["event"], message["text"]
    is_quote = event not in _EVENT_WORDS
    at = datetime.fromisoformat(message["at"])
    return {
        "id": row_id("chat", message["id"]),
        "source": message["id"] if message.get("viewer") else "",
        "group": "message" if event in MESSAGES else "gift" if event == EventKind.GIFT else "event",
        "icon": ICONS.get(event, ""),  # type: ignore[call-overload]
        "name": cut(message["name"], NAME_LENGTH),
        "text": cut(text, TEXT_LENGTH) if is_quote else _EVENT_WORDS[event](message),
        "is_quote": is_quote,
        "risk": message["risk"],
        "mark": _verdict_mark(message),
        "at": at.isoformat(),
        "time": _time(at, "%H:%M"),
    }


def erased(message: ConsoleChatMessage) -> ConsoleChatMessage:
    """Return a message that the room's moderators deleted: without text, name and viewer."""
    return {**message, "event": EventKind.DELETED.value, "name": "", "text": "", "risk": "", "viewer": ""}


def _gift_words(message: ConsoleChatMessage) -> str:
    name = cut(message["gift_name"], NAME_LENGTH) or _("a gift")
    words = _("sent %(gift)s") % {"gift": name}
    return f"{words} × {intcomma(message['count'])}" if message["count"] > 1 else words


def _like_words(message: ConsoleChatMessage) -> str:
    count = message["count"]
    return ngettext("sent %(count)s like", "sent %(count)s likes", count) % {"count": intcomma(count)}


_EVENT_WORDS: dict[str, Callable[[ConsoleChatMessage], str]] = {
    EventKind.GIFT.value: _gift_words,
    EventKind.LIKE.value: _like_words,
    EventKind.FOLLOW.value: lambda message: _("started following"),
    EventKind.SUBSCRIBE.value: lambda message: _("subscribed"),
    EventKind.SHARE.value: lambda message: _("shared the live"),
    EventKind.JOIN.value: lambda message: _("joined"),
    EventKind.PAUSED.value: lambda message: _("The live is paused."),
    EventKind.RESUMED.value: lambda message: _("The live goes on."),
    EventKind.ENDED.value: lambda message: _("The live has ended."),
    EventKind.DELETED.value: lambda message: _("A moderator of the live deleted this message."),
}


def _verdict_mark(message: ConsoleChatMessage) -> Mark | None:
    if message["risk"] == "medium":
        return {"tone": "wary", "icon": "alert-triangle", "text": _("With care")}
    if message["risk"] == "high":
        # Workers of the previous release, which may still run, send no categories.
        why = ", ".join(map(str, _labels(message.get("categories", []))))
        return {"tone": "bad", "icon": "shield-x", "text": f"{why[:1].upper()}{why[1:]}" or _("Not answered")}
    return None


def _labels(categories: Iterable[str]) -> list[Any]:
    """Return the lazily translated texts of categories, each once."""
    return [
        CATEGORY_LABELS[category] for category in dict.fromkeys(categories) if category in CATEGORY_LABELS
    ]


# --- replies -----------------------------------------------------------------------------------------


def reply_row(message: ConsoleReplyMessage) -> ReplyRow:
    """Return the row of a reply."""
    at = datetime.fromisoformat(message["at"])
    trigger_name, trigger_text = _trigger_of(message)
    return {
        "id": row_id("reply", message["id"]),
        "status": message["status"],
        "answers": row_id("chat", message["trigger_id"]) if message.get("trigger_id") else "",
        "trigger_name": trigger_name,
        "trigger_text": trigger_text,
        "text": cut(message["text"], TEXT_LENGTH),
        "marks": [*_outcome_marks(message), *_hearing_marks(message), *_delay_marks(message)],
        "at": at.isoformat(),
        "time": _time(at, "%H:%M:%S"),
    }


def held_row(message: ConsoleReplyMessage) -> HeldRow:
    """Return the row of a reply that waits for approval."""
    at = datetime.fromisoformat(message["at"])
    return {
        "id": row_id("reply", message["id"]),
        "reply": message["id"],
        "trigger_name": cut(message["trigger_name"], NAME_LENGTH),
        "trigger_text": cut(message["trigger_text"], QUOTE_LENGTH),
        "text": message["text"],
        "until": at + timedelta(seconds=HELD_FOR_S),
    }


def without_quote(message: ConsoleReplyMessage) -> ConsoleReplyMessage:
    """Return a reply without the text and the name of the message that it answers."""
    return {**message, "trigger_name": "", "trigger_text": ""}


def _trigger_of(message: ConsoleReplyMessage) -> tuple[str, str]:
    if message["trigger_kind"] == "streamer":
        return "", _("Your message")
    name, text = cut(message["trigger_name"], NAME_LENGTH), cut(message["trigger_text"], QUOTE_LENGTH)
    if name and not text and message["trigger_kind"] == "gift":
        text = _("sent a gift")
    return name, text


def _outcome_marks(message: ConsoleReplyMessage) -> list[Mark]:
    """Return what became of a reply; nothing for one that was simply said."""
    status, fault = message["status"], message["fault"]
    if status == Reply.Status.SPOKEN:
        return _spoken_marks(message)
    if status == Reply.Status.REFUSED:
        _policy, _colon, category = fault.partition(":")
        text = ": ".join([_("Blocked by your rules"), *map(str, _labels([category]))])
        return [{"tone": "wary", "icon": "shield-x", "text": text}]
    simple = _simple_outcomes().get(status)
    return [simple or {"tone": "bad", "icon": "alert-triangle", "text": _fault_words(fault)}]


def _simple_outcomes() -> dict[str, Mark]:
    return {
        ReplyOutcome.SPEAKING: {"tone": "good", "icon": "volume", "text": _("Speaking")},
        ReplyOutcome.MUTED: {"tone": "", "icon": "microphone-off", "text": _("Cut by mute")},
        ReplyOutcome.SKIPPED: {"tone": "", "icon": "player-skip-forward", "text": _("Skipped")},
        ReplyOutcome.HELD: {"tone": "wary", "icon": "hourglass", "text": _("Waiting for you")},
        ReplyOutcome.REJECTED: {"tone": "", "icon": "x", "text": _("Rejected")},
        ReplyOutcome.EXPIRED: {"tone": "", "icon": "clock", "text": _("Not approved in time")},
    }


def _spoken_marks(message: ConsoleReplyMessage) -> list[Mark]:
    marks: list[Mark] = []
    if not message["heard"]:
        marks.append({"tone": "wary", "icon": "volume-off", "text": _("Nobody heard it")})
    if message["fault"] == "planner:unheard":
        text = _("A prepared line: the language model repeats itself and is paused")
        marks.append({"tone": "wary", "icon": "hourglass", "text": text})
    if source := message.get("source"):
        text = _("From %(source)s") % {"source": cut(source, NAME_LENGTH)}
        marks.append({"tone": "good", "icon": "file-text", "text": text})
    return marks


def _hearing_marks(message: ConsoleReplyMessage) -> list[Mark]:
    if not message["heard"]:
        return []
    if message["hearing"] == "silent":
        return [{"tone": "bad", "icon": "volume-off", "text": _("Played in silence")}]
    if message["hearing"] == "gaps":
        return [{"tone": "wary", "icon": "checks", "text": _("Heard with gaps")}]
    return [{"tone": "good", "icon": "checks", "text": _("Heard")}]


def _delay_marks(message: ConsoleReplyMessage) -> list[Mark]:
    delay_ms = message["first_audio_ms"]
    if delay_ms is None:
        return []
    return [{"tone": "wary" if delay_ms > SLOW_MS else "", "icon": "clock", "text": duration_text(delay_ms)}]


def _fault_words(fault: str) -> str:
    return {
        "planner": _("No answer was found in time"),
        "planner:unheard": _("The language model repeats itself and is paused"),
        "speech": _("The voice did not answer"),
        "overlay": _("The overlay could not be reached"),
    }.get(fault, _("Failed"))


def duration_text(milliseconds: int) -> str:
    """Return a duration in the unit that people would say: 1.4 s, 18 s, 2 min 5 s."""
    if milliseconds < SLOW_MS:
        return f"{number_format(milliseconds / 1000, decimal_pos=1)} s"
    if milliseconds < MINUTE_MS:
        return f"{round(milliseconds / 1000)} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds} s"


def _time(at: datetime, pattern: str) -> str:
    return f"{timezone.localtime(at):{pattern}}"


def cut(text: str, length: int) -> str:
    """Return a text of at most so many characters."""
    return Truncator(text).chars(length) if len(text) > length else text
