"""Reacts to what is not answered: judged lines go in, help, a neutral line or a new topic comes out."""

from collections.abc import Callable
from dataclasses import dataclass

from livesessions.pipeline.selection.turn_queue import Inbox, Priority, QueuedTurn
from livesessions.sources.events import LiveEvent
from livesessions.sources.state import Frozen
from moderation.stage.help_lines import help_line
from moderation.stage.toxicity import ToxicStreak
from moderation.stage.verdict import Action, Verdict
from planner.stage.turn import Turn, TurnKind

HELP_EVERY_S = 120.0  # who needs it has heard it; more often would make a show of it
NEUTRAL_EVERY_S = 45.0


@dataclass(slots=True)
class Pause:
    """Lets something happen at most every `seconds`."""

    seconds: float
    until_s: float = 0.0

    def may_begin(self, now_s: float) -> bool:
        """Return whether the pause is over; if so, the next one begins."""
        if now_s < self.until_s:
            return False
        self.until_s = now_s + self.seconds
        return True


class Deescalation:
    """Puts into the inbox what the host says instead of an answer. No viewer's words go further than here."""

    def __init__(self, inbox: Inbox, *, language: str, now_s: Callable[[], float]) -> None:
        self._inbox = inbox
        self._language = language
        self._now_s = now_s
        self._toxic = ToxicStreak()
        self._pauses = {Action.HELP: Pause(HELP_EVERY_S), Action.NEUTRAL_LINE: Pause(NEUTRAL_EVERY_S)}

    def note(self, event: LiveEvent, verdict: Verdict) -> None:
        """Take in a judged line, also one that is answered, and react if it must not stand as it is."""
        is_blocked = verdict.action is Action.IGNORE
        is_streak = self._toxic.note(_viewer_id(event), self._now_s(), blocked=is_blocked)
        if verdict.action not in (Action.ANSWER, Action.ANSWER_CAREFULLY):
            self._react(event, verdict.action, is_streak=is_streak)

    def think_again(self, event: LiveEvent, action: Action) -> None:
        """React to a line that was taken in before, or that does not count as one of the room's."""
        is_blocked = action is Action.IGNORE
        is_streak = is_blocked and self._toxic.note_blocked(_viewer_id(event), self._now_s())
        self._react(event, action, is_streak=is_streak)

    def _react(self, event: LiveEvent, action: Action, *, is_streak: bool) -> None:
        now_s = self._now_s()
        if is_streak:
            self._inbox.put(QueuedTurn(Priority.HELP, self._turn(TurnKind.CALM), None, now_s))
        elif action is Action.HELP and self._pauses[action].may_begin(now_s):
            turn, line = self._turn(TurnKind.COMMENT), help_line(self._language)
            self._inbox.put(QueuedTurn(Priority.HELP, turn, event, now_s, line))
        elif action is Action.NEUTRAL_LINE and self._may_be_neutral(event, now_s):
            self._inbox.put(QueuedTurn(Priority.COMMENT, self._turn(TurnKind.NEUTRAL, event), event, now_s))

    def _may_be_neutral(self, event: LiveEvent, now_s: float) -> bool:
        if self._toxic.ignores(now_s) or self.is_quiet(event):
            return False
        return self._pauses[Action.NEUTRAL_LINE].may_begin(now_s)

    def is_quiet(self, event: LiveEvent) -> bool:
        """Return whether an event's viewer has written so much that was blocked as to be left alone now."""
        return event.viewer is not None and self._toxic.is_quiet(event.viewer.id, self._now_s())

    def _turn(self, kind: TurnKind, event: LiveEvent | None = None) -> Turn:
        name, viewer_id = (event.viewer.name, event.viewer.id) if event and event.viewer else ("", "")
        return Turn(kind, viewer_name=name, language=self._language, viewer_id=viewer_id)

    def snapshot(self) -> Frozen:
        """Return what the next worker must know, as plain values."""
        now_s = self._now_s()
        return {
            "toxic": self._toxic.snapshot(now_s),
            "pauses_s": {action: max(pause.until_s - now_s, 0.0) for action, pause in self._pauses.items()},
        }

    def restore(self, frozen: Frozen) -> None:
        """Go on with a snapshot."""
        now_s = self._now_s()
        self._toxic.restore(frozen["toxic"], now_s)
        for action, left_s in frozen["pauses_s"].items():
            self._pauses[Action(action)].until_s = now_s + left_s


def _viewer_id(event: LiveEvent) -> str:
    return event.viewer.id if event.viewer else ""
