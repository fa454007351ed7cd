"""Decides which alert is shown when: one after the other, gifts first, equal ones together."""

from collections import deque
from dataclasses import dataclass, replace

from encoder.drawing.scene import Alert, ChatLine

KINDS = ("gift", "follow", "subscribe")
SHOWN_S, BETWEEN_S = 4.2, 0.5
MOST_WAITING = 20
REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class _Waiting:
    alert: Alert
    more: int = 0


class AlertQueue:
    """Takes lines of chat, and says which alert is shown at a moment. Times are in seconds, and rise."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._seen: deque[str] = deque(maxlen=REMEMBERED)
        self._shown: Alert | None = None
        self._until_s = 0.0

    def add(self, line: ChatLine) -> None:
        """Queue an alert for a line that is worth one."""
        if line.kind not in KINDS or line.id in self._seen:
            return
        self._seen.append(line.id)
        new = _Waiting(Alert(line.name, line.text, line.kind))
        last = self._waiting[-1] if self._waiting else None
        if line.kind != "gift" and last is not None and last.alert.kind == line.kind:
            self._waiting[-1] = replace(last, more=last.more + 1)
        elif line.kind == "gift":
            gifts = sum(each.alert.kind == "gift" for each in self._waiting)
            self._waiting.insert(gifts, new)
        else:
            self._waiting.append(new)
        del self._waiting[MOST_WAITING:]

    def clear(self) -> None:
        """Show nothing more."""
        self._waiting.clear()
        self._shown = None

    def at(self, time_s: float) -> Alert | None:
        """Return the alert of this moment."""
        if time_s < self._until_s:
            return self._shown
        if self._shown is not None:
            self._shown, self._until_s = None, time_s + BETWEEN_S
        elif self._waiting:
            self._shown, self._until_s = _card(self._waiting.pop(0)), time_s + SHOWN_S
        return self._shown


def _card(waiting: _Waiting) -> Alert:
    if not waiting.more:
        return waiting.alert
    return replace(waiting.alert, name=f"{waiting.alert.name} +{waiting.more}")
