"""Decides about the events of a live: who caused them, and whether their text and name may pass."""

from dataclasses import dataclass, replace

from chatsources.events import EventKind, LiveEvent
from livesessions.pipeline.ports import Gate
from moderation.stage.verdict import VIEWER_BLOCKED, Action, Verdict, judge
from moderation.stage.viewer_roles import TRUSTED_ROLES, ViewerRole, ViewerRoles
from planner.stage.names import sayable_name

# The kinds of events by which a viewer speaks to the host.
MESSAGES = frozenset({EventKind.COMMENT, EventKind.QUESTION})


@dataclass(frozen=True, slots=True)
class ScreenedEvent:
    """An event without a name that may not be shown, its verdict (None: no text), and its viewer's role."""

    event: LiveEvent
    verdict: Verdict | None
    role: ViewerRole


class EventScreener:
    """Applies the rules and the viewers' roles to events. It changes nothing and waits for nothing."""

    def __init__(self, gate: Gate, roles: ViewerRoles) -> None:
        self._gate = gate
        self._roles = roles

    def role_of(self, event: LiveEvent) -> ViewerRole:
        """Return the role of an event's viewer. The streamer is a moderator of their own live."""
        viewer = event.viewer
        if viewer is None:
            return ViewerRole.NONE
        return ViewerRole.MODERATOR if viewer.is_host else self._roles.of(viewer.id)

    def is_blocked_viewer(self, event: LiveEvent) -> bool:
        return self.role_of(event) is ViewerRole.BLOCKED

    def screen(self, event: LiveEvent) -> ScreenedEvent:
        """Judge an event's text and name."""
        role = self.role_of(event)
        if event.viewer is not None and self._is_refused_name(event.viewer.name):
            event = replace(event, viewer=replace(event.viewer, name=""))
        verdict = self._gate.review(event.text) if event.text else None
        if role is ViewerRole.BLOCKED:
            verdict = _verdict_of_blocked_viewer(event, verdict)
        elif role in TRUSTED_ROLES and verdict is not None and verdict.reasons:
            verdict = judge(verdict.reasons, safe_mode=False)
        return ScreenedEvent(event, verdict, role)

    def _is_refused_name(self, name: str) -> bool:
        """Judge a name as it is written, and as the host would say it."""
        if self._gate.review(name).blocked:
            return True
        spoken = sayable_name(name)
        return spoken != name and self._gate.review(spoken).blocked

    def is_refused(self, event: LiveEvent) -> bool:
        """Return whether an event's text may not pass by the rules of now."""
        verdict = self.screen(event).verdict
        return verdict is not None and verdict.blocked


def _verdict_of_blocked_viewer(event: LiveEvent, verdict: Verdict | None) -> Verdict:
    """A blocked viewer in distress still gets the help line, which names nobody."""
    is_distress = verdict is not None and verdict.action is Action.HELP and event.kind in MESSAGES
    return replace(VIEWER_BLOCKED, action=Action.HELP) if is_distress else VIEWER_BLOCKED
