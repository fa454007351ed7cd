"""Detects when a chat turns hostile, and which viewers should get no answer."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Any

WINDOW_S = 60.0
STREAK_LINES = 5
STREAK_VIEWERS = 2
STREAK_SHARE = 0.3
IGNORES_S = 180.0

VIEWER_WINDOW_S = 120.0
VIEWER_LINES = 3
QUIET_S = 300.0
REMEMBERED_VIEWERS = 1_000
REMEMBERED_LINES = 200  # blocked lines; far more than a streak needs


class ToxicStreak:
    """Counts blocked lines: of the whole chat in one minute, of each viewer in two minutes.

    `STREAK_LINES` or more are a streak if two viewers wrote them or they are 30 % of the chat. A viewer with
    `VIEWER_LINES` of them gets no answer for five minutes. Times are seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._lines: deque[list[int]] = deque()  # per second: time and number of lines
        self._total = 0
        self._blocked: deque[tuple[float, str]] = deque(maxlen=REMEMBERED_LINES)
        self._ignores_until_s = 0.0
        self._offences: OrderedDict[str, deque[float]] = OrderedDict()
        self._quiet_until_s: OrderedDict[str, float] = OrderedDict()

    def note(self, viewer_id: str, now_s: float, *, blocked: bool) -> bool:
        """Count a line; return True if it completes a streak that the host should react to."""
        self._count_line(int(now_s))
        return blocked and self.note_blocked(viewer_id, now_s)

    def note_blocked(self, viewer_id: str, now_s: float) -> bool:
        """Count an already counted line as blocked; return True if that completes such a streak."""
        if viewer_id:
            self._note_offence(viewer_id, now_s)
        self._blocked.append((now_s, viewer_id))
        while now_s - self._blocked[0][0] > WINDOW_S:
            self._blocked.popleft()
        if self.ignores(now_s) or not self._is_streak():
            return False
        self._blocked.clear()
        self._ignores_until_s = now_s + IGNORES_S
        return True

    def ignores(self, now_s: float) -> bool:
        """Return whether the host ignores hostile lines for now, because it reacted a while ago."""
        return now_s < self._ignores_until_s

    def is_quiet(self, viewer_id: str, now_s: float) -> bool:
        """Return whether a viewer gets no answer now."""
        return bool(self._quiet_until_s) and now_s < self._quiet_until_s.get(viewer_id, 0.0)

    def _is_streak(self) -> bool:
        blocked = len(self._blocked)
        if blocked < STREAK_LINES:
            return False
        viewers = {viewer_id for _, viewer_id in self._blocked}
        return len(viewers) >= STREAK_VIEWERS or blocked >= STREAK_SHARE * self._total

    def _count_line(self, second: int) -> None:
        lines = self._lines
        if lines and lines[-1][0] == second:
            lines[-1][1] += 1
        else:
            lines.append([second, 1])
            while second - lines[0][0] > WINDOW_S:
                self._total -= lines.popleft()[1]
        self._total += 1

    def _note_offence(self, viewer_id: str, now_s: float) -> None:
        moments = self._offences.pop(viewer_id, None) or deque(maxlen=VIEWER_LINES)
        moments.append(now_s)
        if len(moments) == VIEWER_LINES and now_s - moments[0] <= VIEWER_WINDOW_S:
            self._quiet_until_s.pop(viewer_id, None)
            self._quiet_until_s[viewer_id] = now_s + QUIET_S
            _bound(self._quiet_until_s)
        self._offences[viewer_id] = moments
        _bound(self._offences)

    def snapshot(self, now_s: float) -> dict[str, Any]:
        """Return the counts as plain values, with ages in place of times."""
        quiet = self._quiet_until_s.items()
        offences = self._offences.items()
        return {
            "lines": [[now_s - second, count] for second, count in self._lines if now_s - second <= WINDOW_S],
            "blocked": [
                [now_s - at_s, viewer_id] for at_s, viewer_id in self._blocked if now_s - at_s <= WINDOW_S
            ],
            "ignores_s": max(self._ignores_until_s - now_s, 0.0),
            "quiet_s": [[viewer_id, until_s - now_s] for viewer_id, until_s in quiet if until_s > now_s],
            "offences": [
                [viewer_id, [now_s - at_s for at_s in moments]]
                for viewer_id, moments in offences
                if now_s - moments[-1] <= VIEWER_WINDOW_S
            ],
        }

    def restore(self, saved: Mapping[str, Any], now_s: float) -> None:
        """Continue from a snapshot; raise KeyError, TypeError or ValueError for an invalid one."""
        self._lines = deque([int(now_s - age_s), count] for age_s, count in saved["lines"])
        self._total = sum(count for _, count in self._lines)
        blocked = ((now_s - age_s, viewer_id) for age_s, viewer_id in saved["blocked"])
        self._blocked = deque(blocked, maxlen=REMEMBERED_LINES)
        self._ignores_until_s = now_s + saved["ignores_s"]
        self._quiet_until_s = OrderedDict((viewer, now_s + left_s) for viewer, left_s in saved["quiet_s"])
        for viewer_id, ages_s in saved["offences"]:
            moments = (now_s - age_s for age_s in ages_s)
            self._offences[viewer_id] = deque(moments, maxlen=VIEWER_LINES)


def _bound(by_viewer: "OrderedDict[str, Any]") -> None:
    if len(by_viewer) > REMEMBERED_VIEWERS:
        by_viewer.popitem(last=False)
