"""Records which parts of a live have stopped, and reads what the kill switch has reached so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from livesessions.kill.parts import LABELS, OVERLAY, PartName
from livesessions.models.kills import Kill, StopAcknowledgement
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show

PATIENCE = timedelta(seconds=30)  # a frozen worker obeys when it wakes up, which nobody waits for


class PartState(StrEnum):
    """Whether a part has stopped. An overlay without open pages is unneeded."""

    DONE = "done"
    WAITING = "waiting"
    UNNEEDED = "unneeded"


@dataclass(frozen=True, slots=True)
class PartProgress:
    """One part after the press: its label, its state, and after how many seconds it had stopped."""

    name: str
    label: str
    state: PartState
    text: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class KillProgress:
    """What a press of the kill switch has reached so far."""

    kill: Kill
    parts: tuple[PartProgress, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every part has stopped, or it is too late to wait for one."""
        waits = any(part.state is PartState.WAITING for part in self.parts)
        return not waits or timezone.now() - self.kill.pressed_at > PATIENCE


def acknowledge(*, session: LiveSession, part: PartName, source: str = "") -> None:
    """Record that a part of a live has stopped. Idempotent."""
    StopAcknowledgement.objects.bulk_create(
        [
            StopAcknowledgement(
                tenant_id=session.tenant_id,
                session_id=session.id,
                part=part,
                source=source[-100:],
                at=timezone.now(),
            )
        ],
        ignore_conflicts=True,
    )


def acknowledge_page(overlay_id: UUID, page_id: str) -> None:
    """Record that a page of an overlay is silent, for the newest live on it. Reads across tenants."""
    shows = Show.objects.filter(overlay_id=overlay_id).values("id")
    lives = LiveSession.objects.filter(show__in=shows, started_at__isnull=False)
    session = lives.order_by("-started_at").first()
    if session is not None:
        acknowledge(session=session, part=PartName.OVERLAY, source=page_id)


def progress_of(session: LiveSession) -> KillProgress | None:
    """Return what the press of the kill switch has reached; None if it has not been pressed."""
    kill = Kill.objects.select_related("pressed_by").filter(session=session).first()
    if kill is None:
        return None
    rows = list(StopAcknowledgement.objects.filter(session=session, part__in=kill.parts))
    return KillProgress(kill, tuple(_progress(kill, PartName(name), rows) for name in kill.parts))


def _progress(kill: Kill, part: PartName, rows: list[StopAcknowledgement]) -> PartProgress:
    times = sorted(row.at for row in rows if row.part == part)
    needed = _needed(kill, part)
    label = str(LABELS[part])
    if needed == 0:
        return PartProgress(part, label, PartState.UNNEEDED, _("No overlay was open."))
    if len(times) < needed:
        return PartProgress(part, label, PartState.WAITING, _("Waiting for an answer"))
    after_s = _seconds(kill.pressed_at, times[-1])
    return PartProgress(part, label, PartState.DONE, _done_text(part, len(times)), after_s)


def _needed(kill: Kill, part: PartName) -> int:
    """Return how many acknowledgements a part needs; one where the number of open pages is not known."""
    return kill.open_pages if part is OVERLAY and kill.open_pages is not None else 1


def _done_text(part: PartName, count: int) -> str:
    if part is OVERLAY:
        return ngettext("Silent", "Silent, on %(count)d pages", count) % {"count": count}
    return _("Ended") if part is PartName.SESSION else _("Stopped")


def _seconds(start: datetime, end: datetime) -> float:
    # The clocks of two machines may differ.
    return max(0.0, (end - start).total_seconds())
