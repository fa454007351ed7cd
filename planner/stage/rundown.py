"""Follows the show's plan and makes cues when something is due."""

from collections.abc import Callable, Sequence
from math import inf
from random import Random
from typing import Any

from planner.stage.cues import Cue, NextAction
from planner.stage.lines import load_lines, never, template_language
from planner.stage.rotation import Rotation
from planner.stage.segments import PlanSegment, SegmentKind
from planner.stage.timetable import Slot, Timetable
from planner.stage.turn import Turn, TurnKind

QUIET_S = 25.0
OPENING_WITHIN_S = 60.0  # a later greeting makes no sense
LAST_GOODBYE_S = 30.0
FIRST_FACT_S = 30.0  # after a product's introduction
FACT_EVERY_S = 90.0
POINT_REST_S = 600.0
TRIES = 8  # to find a line that the room has not just heard
BREATH_S = 10.0  # between two things that nobody asked for the room may answer
JITTER_S = 60.0
# Late by what is just being said, a call still comes within the jitter.
LATEST_JITTER = 0.8
# How long a line sounds, at the pace of an ordinary voice; what the planner words is some 100 characters.
CHARACTERS_A_SECOND = 14.0
WORDED_S = 7.0

OPENING = "opening"
SEGMENT = "segment"
CALL_TO_ACTION = "call_to_action"
POINT = "point"
STARTER = "starter"
GOODBYE_BEGIN = "goodbye_begin"
GOODBYE_END = "goodbye_end"
ROTATED = (OPENING, GOODBYE_BEGIN, GOODBYE_END, CALL_TO_ACTION, POINT, STARTER)

# Kinds whose talking points belong to a game.
GAMES = frozenset({SegmentKind.QUIZ, SegmentKind.POLL})
# Kinds that start with a canned line instead of an introduction.
SELF_INTRODUCED = frozenset({SegmentKind.OPENING, SegmentKind.CALL_TO_ACTION, SegmentKind.CLOSING})
TALKED_ABOUT = frozenset({SegmentKind.TOPIC, SegmentKind.PRODUCT})

DESCRIPTIONS = {
    SegmentKind.OPENING: "The show has just begun: people arrive and are welcomed.",
    SegmentKind.TOPIC: "The show is talking about a topic.",
    SegmentKind.PRODUCT: "The show is presenting a product.",
    SegmentKind.QUIZ: "The show is playing a quiz with the chat.",
    SegmentKind.POLL: "The show is holding a poll in the chat.",
    SegmentKind.CALL_TO_ACTION: "The show is inviting people to follow the profile and share the live.",
    SegmentKind.CLOSING: "The show is about to end: people say goodbye.",
}


class Rundown:
    """A `CueSource` that starts at the first request and keeps to the plan's times.

    Its own lines are said word for word; segments and talking points go to the planner. Deterministic for a
    seed and the same requests. Missed moments are not repeated. Of the shipped lines, one that `is_repeat` is
    replaced by another; the creator's own lines never are.
    """

    def __init__(
        self,
        *,
        language: str,
        segments: Sequence[PlanSegment] = (),
        calls_to_action: Sequence[str] = (),
        call_to_action_every_s: float = 0.0,
        seed: int = 0,
        is_repeat: Callable[[str], bool] = never,
    ) -> None:
        self._language = language
        self._timetable = Timetable(segments)
        self._every_s = call_to_action_every_s
        self._seed = seed
        self._is_repeat = is_repeat
        self._owned = frozenset([CALL_TO_ACTION] if calls_to_action else [])
        points = [
            (slot.index, slot.segment.kind, point)
            for slot in self._timetable.slots
            if slot.segment.kind not in GAMES
            for point in slot.segment.talking_points
        ]
        self._points_of = {
            slot.index: [place for place, (index, _, _) in enumerate(points) if index == slot.index]
            for slot in self._timetable.slots
        }
        self._all_points = [place for place, (_, kind, _) in enumerate(points) if kind in TALKED_ABOUT]
        ready = self._ready_lines()
        if calls_to_action:
            ready[CALL_TO_ACTION] = list(calls_to_action)
        ready[POINT] = [point for _, _, point in points]
        self._rotations = {topic: Rotation(ready[topic]) for topic in ROTATED}
        self._begun_s: float | None = None
        self._done: set[str] = set()
        self._calls = 0
        self._call_due_s = inf
        self._point_at_s = -inf
        self._breath_until_s = -inf
        self._spoke_until_s = -inf
        self._quiet_since_s = -inf
        self._last_key = ""

    def _ready_lines(self) -> dict[str, list[str]]:
        tongue = template_language(self._language)
        ready: dict[str, list[str]] = {}
        for topic, lines in load_lines("planner.stage", f"show_lines_{tongue}.toml").items():
            ready[topic] = list(lines)
            Random(f"{self._seed}/{topic}").shuffle(ready[topic])  # noqa: S311 (no secret)
        return ready

    # --- what is on ----------------------------------------------------------------------------------

    def current(self, now_s: float) -> PlanSegment | None:
        """Return the segment that is on; None without a plan and after its closing."""
        slot = self._slot(now_s)
        return slot.segment if slot else None

    def segment_text(self, now_s: float) -> str:
        """Describe the current segment in English, with title and talking points; empty without one."""
        segment = self.current(now_s)
        if segment is None:
            return ""
        text = DESCRIPTIONS[segment.kind]
        if segment.title:
            text += f' Its title: "{segment.title}".'
        if segment.talking_points:
            named = "The options" if segment.kind is SegmentKind.POLL else "Talking points"
            text += f" {named}: {'; '.join(segment.talking_points)}."
        return text

    def _elapsed_s(self, now_s: float) -> float:
        return 0.0 if self._begun_s is None else now_s - self._begun_s

    def _slot(self, now_s: float) -> Slot | None:
        return self._timetable.at(self._elapsed_s(now_s))

    # --- what is due ---------------------------------------------------------------------------------

    def due(self, now_s: float, *, quiet_s: float) -> Cue | None:
        """Return what should be said now, the same until it is taken; `quiet_s` is the chat's silence."""
        if self._begun_s is None:
            self._begun_s = now_s
            self._call_due_s = now_s + self._interval_s()
        self._quiet_since_s = now_s - quiet_s
        if now_s < self._breath_until_s:
            return None
        slot = self._slot(now_s)
        return (
            self._opening(now_s)
            or self._goodbye(now_s, slot)
            or self._introduction(now_s, slot)
            or self._call_to_action(now_s, slot)
            or self._fact(now_s, slot)
            or self._small_talk(now_s, slot)
        )

    def _opening(self, now_s: float) -> Cue | None:
        if OPENING in self._done or self._elapsed_s(now_s) > OPENING_WITHIN_S:
            return None
        return self._ready_cue(OPENING, now_s)

    def _goodbye(self, now_s: float, slot: Slot | None) -> Cue | None:
        if slot is None or slot.segment.kind is not SegmentKind.CLOSING:
            return None
        topic = GOODBYE_END if self._is_ending(now_s, slot) else GOODBYE_BEGIN
        return None if topic in self._done else self._ready_cue(topic, now_s)

    def _introduction(self, now_s: float, slot: Slot | None) -> Cue | None:
        if slot is None or slot.segment.kind in SELF_INTRODUCED or _key_of(slot) in self._done:
            return None
        turn = self._turn(NextAction.ANNOUNCE, slot.segment.title, now_s)
        return Cue(NextAction.ANNOUNCE, turn, key=_key_of(slot))

    def _call_to_action(self, now_s: float, slot: Slot | None) -> Cue | None:
        if slot is not None and self._is_ending(now_s, slot):
            return None
        calls_by_itself = (
            slot is not None
            and slot.segment.kind is SegmentKind.CALL_TO_ACTION
            and _key_of(slot) not in self._done
        )
        if calls_by_itself or now_s >= self._call_due_s:
            return self._ready_cue(CALL_TO_ACTION, now_s)
        return None

    def _fact(self, now_s: float, slot: Slot | None) -> Cue | None:
        """Return the next fact of the product, in a busy chat too; None if none is due."""
        if slot is None or slot.segment.kind is not SegmentKind.PRODUCT:
            return None
        if self._timetable.is_over(self._elapsed_s(now_s)) or now_s < self._fact_due_s(slot):
            return None
        return self._point(now_s, self._points_of[slot.index], state=NextAction.ANNOUNCE)

    def _fact_due_s(self, slot: Slot) -> float:
        return max((self._begun_s or 0.0) + slot.begins_s + FIRST_FACT_S, self._point_at_s + FACT_EVERY_S)

    def _small_talk(self, now_s: float, slot: Slot | None) -> Cue | None:
        if now_s < self._idle_from_s() or (slot is not None and self._is_ending(now_s, slot)):
            return None
        return self._point(now_s, self._open_points(now_s, slot)) or self._starter(now_s)

    def _idle_from_s(self) -> float:
        return max(self._quiet_since_s, self._spoke_until_s) + QUIET_S

    def _open_points(self, now_s: float, slot: Slot | None) -> list[int]:
        if slot is None or self._timetable.is_over(self._elapsed_s(now_s)):
            return self._all_points
        if slot.segment.kind is SegmentKind.PRODUCT and now_s < self._fact_due_s(slot):
            return []
        return self._points_of[slot.index]

    def _starter(self, now_s: float) -> Cue | None:
        """Return a line to start a conversation; None if all were heard recently."""
        cue = self._ready_cue(STARTER, now_s)
        return None if self._is_repeat(cue.line) else cue

    def _point(self, now_s: float, places: list[int], *, state: NextAction = NextAction.TOPIC) -> Cue | None:
        """Return the next talking point, unless all were used recently."""
        if not places:
            return None
        points = self._rotations[POINT]
        place = points.oldest(places)
        key = f"{POINT}:{place}"
        if key == self._last_key or now_s - points.used_at_s(place) < POINT_REST_S:
            return None
        return Cue(state, self._turn(NextAction.TOPIC, points[place], now_s), key=key)

    def _is_ending(self, now_s: float, slot: Slot) -> bool:
        left_s = slot.ends_s - self._elapsed_s(now_s)
        return slot.segment.kind is SegmentKind.CLOSING and left_s <= LAST_GOODBYE_S

    def _ready_cue(self, topic: str, now_s: float) -> Cue:
        lines = self._rotations[topic]
        place = lines.oldest() if topic in self._owned else self._fresh(lines)
        state = NextAction.TOPIC if topic == STARTER else NextAction.ANNOUNCE
        return Cue(state, self._turn(state, "", now_s), line=lines[place], key=f"{topic}:{place}")

    def _fresh(self, lines: Rotation) -> int:
        """Return the index of the line used longest ago that is no repeat, else of the oldest."""
        tried = lines.by_age()[:TRIES]
        return next((place for place in tried if not self._is_repeat(lines[place])), tried[0])

    def _turn(self, state: NextAction, point: str, now_s: float) -> Turn:
        kind = TurnKind.TOPIC if state is NextAction.TOPIC else TurnKind.ANNOUNCEMENT
        return Turn(kind, "", self._language, segment=self.segment_text(now_s), point=point)

    # --- what was said -------------------------------------------------------------------------------

    def took(self, cue: Cue, now_s: float) -> None:
        """Record that a cue is being said."""
        topic, _, place = cue.key.partition(":")
        if topic in self._rotations:
            self._rotations[topic].use(int(place), now_s)
        if topic == CALL_TO_ACTION:
            self._note_call(now_s)
        elif topic == POINT:
            self._point_at_s = now_s
        elif topic != STARTER:
            self._done.add(cue.key if topic == SEGMENT else topic)
        self._last_key = cue.key
        sounds_s = len(cue.line) / CHARACTERS_A_SECOND if cue.line else WORDED_S
        self._spoke_until_s = now_s + sounds_s
        self._breath_until_s = self._spoke_until_s + BREATH_S

    def _note_call(self, now_s: float) -> None:
        self._calls += 1
        self._call_due_s = now_s + self._interval_s()
        slot = self._slot(now_s)
        if slot is not None and slot.segment.kind is SegmentKind.CALL_TO_ACTION:
            self._done.add(_key_of(slot))

    def _interval_s(self) -> float:
        """Return the next interval, with random jitter."""
        if not self._every_s:
            return inf
        jitter_s = min(JITTER_S, self._every_s / 2)
        drawn = Random(f"{self._seed}/{self._calls}").uniform(-1.0, LATEST_JITTER)  # noqa: S311 (no secret)
        return self._every_s + jitter_s * drawn

    def wakes_at_s(self, now_s: float) -> float | None:
        """Return when `due` may next have something new to say if nothing happens until then."""
        if self._begun_s is None:
            return now_s
        moments = [self._breath_until_s, self._idle_from_s(), self._call_due_s]
        slot = self._slot(now_s)
        if slot is not None:
            ends_s = self._begun_s + slot.ends_s
            moments += [ends_s, ends_s - LAST_GOODBYE_S]
            if slot.segment.kind is SegmentKind.PRODUCT:
                moments.append(self._fact_due_s(slot))
        return min((moment for moment in moments if now_s < moment < inf), default=None)

    # --- from worker to worker -----------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Return what the next worker must know, as plain values."""
        return {
            "begun_s": self._begun_s,
            "done": sorted(self._done),
            "calls": self._calls,
            "call_due_s": _finite(self._call_due_s),
            "point_at_s": _finite(self._point_at_s),
            "spoke_until_s": _finite(self._spoke_until_s),
            "last_key": self._last_key,
            "used": {topic: rotation.snapshot() for topic, rotation in self._rotations.items()},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        if saved["begun_s"] is None:
            return
        self._begun_s = float(saved["begun_s"])
        self._done = set(saved["done"])
        self._calls = int(saved["calls"])
        self._call_due_s = inf if saved["call_due_s"] is None else saved["call_due_s"]
        self._point_at_s = -inf if saved["point_at_s"] is None else saved["point_at_s"]
        self._spoke_until_s = -inf if saved["spoke_until_s"] is None else saved["spoke_until_s"]
        self._breath_until_s = self._spoke_until_s + BREATH_S
        self._last_key = saved["last_key"]
        for topic, used in saved["used"].items():
            self._rotations[topic].restore(used)


def _key_of(slot: Slot) -> str:
    return f"{SEGMENT}:{slot.index}"


def _finite(moment_s: float) -> float | None:
    """Return the moment; None for infinity, which JSON does not have."""
    return None if abs(moment_s) == inf else moment_s
