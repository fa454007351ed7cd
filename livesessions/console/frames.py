"""Builds what a console's socket sends: rows as values, and redrawn parts of the page."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from typing import Any, NotRequired, TypedDict, TypeVar
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader import render_to_string
from django.utils import timezone, translation

from livesessions.console.facts import LiveFacts, ReplyHealth
from livesessions.console.gifters import TopGifter
from livesessions.console.headline import Headline, headline_of
from livesessions.console.health import HealthItem, health_of
from livesessions.console.presenter import ConsoleState, numbers_of, stream_context, with_state
from livesessions.console.publisher import (
    ConsoleChatMessage,
    ConsoleQueueMessage,
    ConsoleReplyMessage,
    Message,
)
from livesessions.console.queue_rows import QueueFrame, queue_frame
from livesessions.console.rows import (
    ChatRow,
    GiftStreaks,
    ReplyRow,
    chat_row,
    erased,
    held_row,
    reply_row,
    row_id,
    without_quote,
)
from livesessions.console.series import RoomSeries, Series, Step
from livesessions.console.timeline import Timeline, TimelineEntry
from livesessions.pipeline.intake.screener import MESSAGES
from livesessions.pipeline.outcome import ReplyOutcome
from livesessions.querysets import Gifter

PAGE = "livesessions/session_detail.html"
MAX_ROWS = 60  # of each feed in one frame, as many as a page shows
SERIES_EVERY_S = 5.0
MAX_KNOWN = 200  # messages that can still be changed on the page
HELD = ReplyOutcome.HELD.value

M = TypeVar("M", ConsoleChatMessage, ConsoleReplyMessage)


class HeldFrame(TypedDict):
    """A reply that waits for approval, drawn as a row with its form."""

    id: str
    html: str


class Frame(TypedDict):
    """What a page gets. All keys but those of a change are missing.

    - `whole`: whether the rows replace those of the page.
    - `chat`, `replies`: rows, oldest first; one with a known id replaces that row.
    - `held`: replies that wait for approval; `decided` are the ids of those that wait no more.
    - `phase`: the `Phase`; `parts`: the new content of elements, by their ids.
    - `numbers`: figures as they are shown, by their names.
    - `game`: the kind of the running game, empty when none runs; `queue`: what the host says next.
    - `series`: the figures of the last ten minutes.
    """

    whole: NotRequired[bool]
    chat: NotRequired[list[ChatRow]]
    replies: NotRequired[list[ReplyRow]]
    held: NotRequired[list[HeldFrame]]
    decided: NotRequired[list[str]]
    phase: NotRequired[str]
    parts: NotRequired[dict[str, str]]
    numbers: NotRequired[dict[str, str]]
    game: NotRequired[str]
    queue: NotRequired[QueueFrame]
    series: NotRequired[Series]


class Frames:
    """Builds the frames for one open console.

    Stores the ids of the rows it has sent, so that no row is sent twice.
    """

    def __init__(
        self,
        language: str,
        time_zone: tzinfo,
        *,
        session_id: UUID | None = None,
        may_control: bool = False,
        overlay_url: str = "",
        steps: Iterable[Step] = (),
        timeline: Iterable[TimelineEntry] = (),
        gifters: Iterable[tuple[Gifter, str]] = (),
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._language = language
        self._time_zone = time_zone
        self._always = {"session_id": session_id, "may_control": may_control, "overlay_url": overlay_url}
        self._series = RoomSeries(steps)
        self._series_due_s = 0.0
        self._timeline = Timeline(timeline)
        self._top_gifter = TopGifter(gifters)
        self._now_s = now_s
        self._streaks = GiftStreaks()
        self._chat: OrderedDict[str, ConsoleChatMessage] = OrderedDict()
        self._replies: OrderedDict[str, ConsoleReplyMessage] = OrderedDict()
        self._held: set[str] = set()
        self._state: ConsoleState | dict[str, Any] = {}
        self._facts = LiveFacts()
        self._viewers: int | None = None
        self._replies_health = ReplyHealth()
        self._headline: Headline | None = None
        self._health: list[HealthItem] = []
        self._numbers: dict[str, str] = {}
        self._game: dict[str, Any] = {}
        self._deleted: OrderedDict[str, None] = OrderedDict()  # the latest deleted ids, which are not quoted

    def whole(self, messages: Sequence[Message], state: ConsoleState) -> Frame:
        """Return the frame that replaces all rows, from what happened so far, oldest first."""
        self._top_gifter.skip(messages)
        rows: Frame = {"chat": [], "replies": [], "held": []}
        frame: Frame = {**rows, **self.update(messages, state), "whole": True}
        frame["series"] = self._series.series(self._now_s())
        return frame

    def update(self, messages: Sequence[Message], state: ConsoleState | None) -> Frame:
        """Return the frame for a batch of messages; an empty one when it would change nothing."""
        before, game = (self._facts, _running(self._game)) if self._state else (None, "")
        with self._as_reader():
            self._note(messages, state)
            frame = self._rows_of(messages)
            parts = self._parts_for(messages, has_state=state is not None)
            if self._has_happened(before, game):
                parts["session-timeline"] = self._render(
                    "session-timeline", {"timeline": self._timeline.entries}
                )
            if parts:
                frame["parts"] = parts
            if numbers := self._changed_numbers():
                frame["numbers"] = numbers
        if state is not None:
            frame["phase"] = state["phase"]
        for message in messages:
            if message["kind"] == "game":
                frame["game"] = _running(message["game"])
            elif message["kind"] == "queue":
                frame["queue"] = self._queue_of(message)
            elif message["kind"] == "counts" and self._now_s() >= self._series_due_s:
                self._series_due_s = self._now_s() + SERIES_EVERY_S
                frame["series"] = self._series.series(self._now_s())
        return frame

    def _has_happened(self, before: LiveFacts | None, game: str) -> bool:
        """Add to the timeline; return whether it has changed. The first frame of a page shows all of it."""
        if before is None:
            return bool(self._state)
        has_changed = self._timeline.note_change(before, self._facts)
        return self._timeline.note_game(game, _running(self._game)) or has_changed

    def _queue_of(self, message: ConsoleQueueMessage) -> QueueFrame:
        with self._as_reader():
            return queue_frame(message["queue"])

    # --- rows ----------------------------------------------------------------------------------------

    def _rows_of(self, messages: Sequence[Message]) -> Frame:
        chat: dict[str, ConsoleChatMessage] = {}
        replies: dict[str, ConsoleReplyMessage] = {}
        for message in messages:
            match message["kind"]:
                case "chat":
                    merged = self._streaks.merge(message)
                    chat[merged["id"]] = merged
                case "reply":
                    replies[message["id"]] = message
                case "deleted":
                    self._erase(message["ids"], message["viewers"], chat, replies)
        _remember(self._chat, chat)
        quoting = {
            key: without_quote(reply) if reply.get("trigger_id", "") in self._deleted else reply
            for key, reply in replies.items()
        }
        return {**self._chat_frame(chat), **self._replies_frame(quoting)}

    def _chat_frame(self, chat: dict[str, ConsoleChatMessage]) -> Frame:
        return {"chat": [chat_row(message) for message in _last(chat)]} if chat else {}

    def _replies_frame(self, replies: dict[str, ConsoleReplyMessage]) -> Frame:
        frame: Frame = {}
        decided = {key: reply for key, reply in replies.items() if reply["status"] != HELD}
        _remember(self._replies, decided)
        if decided:
            frame["replies"] = [reply_row(reply) for reply in _last(decided)]
        # Drawn once, because a later frame would overwrite what the user edits.
        held = [reply for key, reply in replies.items() if reply["status"] == HELD and key not in self._held]
        if held:
            frame["held"] = [self._held_frame(reply) for reply in held]
        if over := self._held & decided.keys():
            frame["decided"] = [row_id("reply", key) for key in over]
        self._held = (self._held - over) | {reply["id"] for reply in held}
        return frame

    def _held_frame(self, reply: ConsoleReplyMessage) -> HeldFrame:
        row = held_row(reply)
        return {"id": row["id"], "html": self._render("held-row", {"row": row})}

    def _erase(
        self,
        ids: Iterable[str],
        viewers: Iterable[str],
        chat: dict[str, ConsoleChatMessage],
        replies: dict[str, ConsoleReplyMessage],
    ) -> None:
        """Erase the messages that moderators deleted, and the quotes of them, from the rows."""
        deleted, by_viewers = set(ids), set(viewers) - {""}
        for message in [*self._chat.values(), *chat.values()]:
            is_theirs = message.get("viewer", "") in by_viewers and message["event"] in MESSAGES
            if message["id"] in deleted or is_theirs:
                chat[message["id"]] = erased(message)
                deleted.add(message["id"])
        self._deleted.update(dict.fromkeys(deleted))
        while len(self._deleted) > MAX_KNOWN:
            self._deleted.popitem(last=False)
        for reply in self._replies.values():
            if reply.get("trigger_id", "") in deleted:
                replies.setdefault(reply["id"], reply)

    # --- parts ---------------------------------------------------------------------------------------

    def _note(self, messages: Sequence[Message], state: ConsoleState | None) -> None:
        """Take over what the messages say of the live as a whole."""
        facts = self._facts
        if state is not None:
            self._state = state
            facts = with_state(facts, state)
        for message in messages:
            match message["kind"]:
                case "chat":
                    self._top_gifter.note(message)
                case "counts":
                    facts = facts.with_counts(message)
                    self._viewers = message["viewers"]
                    self._series.note(self._now_s(), message["viewers"], message["counts"])
                case "overlays":
                    facts = replace(facts, pages=tuple(message["pages"]))
                case "reply":
                    self._replies_health.note(message)
                case "game":
                    self._game = message["game"]
                case "stream":
                    facts = replace(facts, stream=message["stream"])
                case "queue":
                    facts = replace(facts, is_paused=message["queue"]["is_paused"])
        self._facts = self._replies_health.apply_to(facts)

    def _parts_for(self, messages: Sequence[Message], *, has_state: bool) -> dict[str, str]:
        """Return the new content of the elements that have changed."""
        kinds = {message["kind"] for message in messages}
        parts: dict[str, str] = {}
        if "overlays" in kinds:
            parts["overlays"] = self._render("open-pages", {"overlays": self._facts.pages})
        if "stream" in kinds and self._state:
            context = stream_context(self._facts.stream, self._state["session"])
            parts["session-stream"] = self._render("session-stream", dict(context))
        if "game" in kinds:
            parts["game-state"] = self._render("game-state", {"game": self._game})
        return parts | self._parts_of_state(has_state=has_state) if self._state else parts

    def _parts_of_state(self, *, has_state: bool) -> dict[str, str]:
        parts: dict[str, str] = {}
        headline, health = headline_of(self._facts), health_of(self._facts)
        if has_state or headline != self._headline:
            parts["session-state"] = self._render("session-state", {**self._state, "headline": headline})
        if has_state:
            parts["session-controls"] = self._render("session-controls", dict(self._state))
        if health != self._health:
            parts["session-health"] = self._render("session-health", {"health": health})
        self._headline, self._health = headline, health
        return parts

    def _changed_numbers(self) -> dict[str, str]:
        """Return the figures that have changed since the last frame."""
        if not self._state:
            return {}
        numbers = numbers_of(self._facts, self._viewers)
        numbers["top_gifter"] = self._top_gifter.text
        numbers["rate"] = intcomma(self._series.messages_per_minute(self._now_s()))
        changed = {name: text for name, text in numbers.items() if self._numbers.get(name) != text}
        self._numbers = numbers
        return changed

    def _render(self, part: str, context: dict[str, Any]) -> str:
        return render_to_string(f"{PAGE}#{part}", {**self._always, **context})

    @contextmanager
    def _as_reader(self) -> Iterator[None]:
        with translation.override(self._language), timezone.override(self._time_zone):
            yield


def _running(game: Mapping[str, Any]) -> str:
    """Return the kind of the game that runs, "" for none; one whose result is still shown has ended."""
    return "" if game.get("is_over") else str(game.get("kind", ""))


def _remember(known: OrderedDict[str, Any], new: Mapping[str, Any]) -> None:
    known.update(new)
    while len(known) > MAX_KNOWN:
        known.popitem(last=False)


def _last(messages: Mapping[str, M]) -> list[M]:
    return list(messages.values())[-MAX_ROWS:]
