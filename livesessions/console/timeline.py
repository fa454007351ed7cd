"""The timeline of a live: what its people did, and what happened to it while the page is open."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from livesessions.console.facts import LiveFacts
from livesessions.models.sessions import LiveSession
from tenants.models import AuditEntry

SHOWN = 20


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry. `name` is a key of the words below."""

    at: datetime
    name: str

    @property
    def icon(self) -> str:
        return ICONS.get(self.name, "clock")

    @property
    def text(self) -> str:
        return _words().get(self.name, self.name)


ICONS = {
    "session.started": "player-play",
    "session.stopped": "player-stop",
    "session.killed": "player-stop",
    "session.muted": "microphone-off",
    "session.unmuted": "microphone",
    "session.host_paused": "player-pause",
    "session.host_resumed": "player-play",
    "session.reply_skipped": "player-skip-forward",
    "session.text_said": "send",
    "chat_lost": "wifi-off",
    "chat_back": "check",
    "overlay_open": "volume",
    "overlay_closed": "volume-off",
    "game_started": "help-circle",
    "game_ended": "check",
}


def _words() -> dict[str, str]:
    return {
        "session.started": _("Live started"),
        "session.stopped": _("Live ended"),
        "session.killed": _("Kill switch pressed"),
        "session.muted": _("Host muted"),
        "session.unmuted": _("Host unmuted"),
        "session.host_paused": _("Host paused"),
        "session.host_resumed": _("Host resumed"),
        "session.reply_skipped": _("Answer skipped"),
        "session.text_said": _("You had the host say something"),
        "chat_lost": _("Chat lost, reconnecting"),
        "chat_back": _("Chat is back"),
        "overlay_open": _("Overlay opened"),
        "overlay_closed": _("Overlay closed"),
        "game_started": _("Game started"),
        "game_ended": _("Game over"),
    }


class Timeline:
    """The entries of one page, newest first."""

    def __init__(self, entries: Iterable[TimelineEntry] = ()) -> None:
        self._entries: deque[TimelineEntry] = deque(entries, maxlen=SHOWN)

    @property
    def entries(self) -> list[TimelineEntry]:
        return list(self._entries)

    def note_change(self, before: LiveFacts, after: LiveFacts) -> bool:
        """Add what has changed for the live; return whether anything has."""
        names = [*_changes_of_state(before, after), *_changes_of_ways(before, after)]
        now = timezone.now()
        self._entries.extendleft(TimelineEntry(now, name) for name in names)
        return bool(names)

    def note_game(self, kind_before: str, kind: str) -> bool:
        """Add the start or the end of a game; return whether there was one."""
        if bool(kind) == bool(kind_before):
            return False
        self._entries.appendleft(TimelineEntry(timezone.now(), "game_started" if kind else "game_ended"))
        return True


def _changes_of_state(before: LiveFacts, after: LiveFacts) -> list[str]:
    names = []
    if before.is_muted != after.is_muted:
        names.append("session.muted" if after.is_muted else "session.unmuted")
    if before.is_paused != after.is_paused:
        names.append("session.host_paused" if after.is_paused else "session.host_resumed")
    if not before.is_on_air and after.is_on_air:
        names.append("session.started")
    if before.phase != after.phase and after.phase == "stopping":
        names.append("session.stopped")
    return names


def _changes_of_ways(before: LiveFacts, after: LiveFacts) -> list[str]:
    names = []
    if bool(before.pages) != bool(after.pages):
        names.append("overlay_open" if after.pages else "overlay_closed")
    was_lost, is_lost = (facts.connection in ("waiting", "stalled") for facts in (before, after))
    if was_lost != is_lost and (is_lost or after.connection == "connected"):
        names.append("chat_lost" if is_lost else "chat_back")
    return names


def read_timeline(session: LiveSession) -> list[TimelineEntry]:
    """Return what people did with a live, newest first. One query."""
    rows = AuditEntry.objects.filter(
        tenant=session.tenant_id, object_type=session._meta.label_lower, object_id=str(session.id)
    )
    latest = rows.filter(verb__in=ICONS).order_by("-id").values_list("at", "verb")[:SHOWN]
    return [TimelineEntry(at, verb) for at, verb in latest]
