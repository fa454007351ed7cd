"""Queues what the host says in place of an answer: the help line, a neutral line, or a change of topic."""

from collections.abc import Callable
from dataclasses import dataclass

from chatsources.events import LiveEvent
from livesessions.pipeline.intake.state import DeescalationState
from livesessions.pipeline.selection.turn_queue import TurnQueue
from livesessions.pipeline.selection.turns import Priority, QueuedTurn
from moderation.stage.help_lines import help_line
from moderation.stage.toxicity import ToxicStreak
from moderation.stage.verdict import Action, Verdict
from planner.stage.turn import Turn, TurnKind

HELP_EVERY_S = 120.0  # who needs it has heard it; more often would expose them
NEUTRAL_EVERY_S = 45.0


@dataclass(slots=True)
class Cooldown:
    """Lets something happen at most every `seconds`."""

    seconds: float
    until_s: float = 0.0

    def try_start(self, now_s: float) -> bool:
        """Start the next cooldown if the last one is over; return whether it was."""
        if now_s < self.until_s:
            return False
        self.until_s = now_s + self.seconds
        return True


class Deescalation:
    """Reacts to messages that are not answered, without passing on their texts."""

    def __init__(self, queue: TurnQueue, *, language: str, now_s: Callable[[], float]) -> None:
        self._queue = queue
        self._language = language
        self._now_s = now_s
        self._toxic = ToxicStreak()
        self._cooldowns = {
            Action.HELP: Cooldown(HELP_EVERY_S),
            Action.NEUTRAL_LINE: Cooldown(NEUTRAL_EVERY_S),
        }

    def note(self, event: LiveEvent, verdict: Verdict) -> None:
        """Count a judged message, also one that is answered, and react if its verdict asks for it."""
        is_blocked = verdict.action is Action.IGNORE
        is_streak = self._toxic.note(_viewer_id(event), self._now_s(), blocked=is_blocked)
        if verdict.action not in (Action.ANSWER, Action.ANSWER_CAREFULLY):
            self._react(event, verdict.action, is_streak=is_streak)

    def reconsider(self, event: LiveEvent, action: Action) -> None:
        """React to a message that was counted before, or that does not count."""
        is_blocked = action is Action.IGNORE
        is_streak = is_blocked and self._toxic.note_blocked(_viewer_id(event), self._now_s())
        self._react(event, action, is_streak=is_streak)

    def _react(self, event: LiveEvent, action: Action, *, is_streak: bool) -> None:
        now_s = self._now_s()
        if is_streak:
            self._queue.put(QueuedTurn(Priority.HELP, self._turn(TurnKind.CALM), None, now_s))
        elif action is Action.HELP and self._cooldowns[action].try_start(now_s):
            turn, line = self._turn(TurnKind.COMMENT), help_line(self._language)
            self._queue.put(QueuedTurn(Priority.HELP, turn, event, now_s, line))
        elif action is Action.NEUTRAL_LINE and self._may_be_neutral(event, now_s):
            self._queue.put(QueuedTurn(Priority.COMMENT, self._turn(TurnKind.NEUTRAL, event), event, now_s))

    def _may_be_neutral(self, event: LiveEvent, now_s: float) -> bool:
        if self._toxic.ignores(now_s) or self.is_quiet(event):
            return False
        return self._cooldowns[Action.NEUTRAL_LINE].try_start(now_s)

    def is_quiet(self, event: LiveEvent) -> bool:
        """Return whether the host ignores an event's viewer for now, after too many blocked messages."""
        return event.viewer is not None and self._toxic.is_quiet(event.viewer.id, self._now_s())

    def _turn(self, kind: TurnKind, event: LiveEvent | None = None) -> Turn:
        name, viewer_id = (event.viewer.name, event.viewer.id) if event and event.viewer else ("", "")
        return Turn(kind, viewer_name=name, language=self._language, viewer_id=viewer_id)

    def to_state(self) -> DeescalationState:
        now_s = self._now_s()
        cooldowns = self._cooldowns.items()
        return {
            "toxic": self._toxic.snapshot(now_s),
            "cooldowns_s": {action: max(each.until_s - now_s, 0.0) for action, each in cooldowns},
        }

    def restore(self, state: DeescalationState) -> None:
        now_s = self._now_s()
        self._toxic.restore(state["toxic"], now_s)
        for action, left_s in state["cooldowns_s"].items():
            self._cooldowns[Action(action)].until_s = now_s + left_s


def _viewer_id(event: LiveEvent) -> str:
    return event.viewer.id if event.viewer else ""
