from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from livesessions.models.rehearsals import Rehearsal
from livesessions.models.shows import Show

Status = Rehearsal.Status


@dataclass(frozen=True, slots=True)
class PastRehearsal:
    """A rehearsal without its script. `figures` is empty unless it was played to its end."""

    id: UUID
    chat: str
    minutes: int
    status: str
    created_at: datetime
    figures: dict[str, Any]

    @property
    def status_name(self) -> str:
        return str(Status(self.status).label)


def rehearsals_of(show: Show) -> list[PastRehearsal]:
    """Return a show's rehearsals, the newest first. One query."""
    return _past(Rehearsal.objects.filter(tenant=show.tenant_id, show=show))


def rehearsal_before(rehearsal: Rehearsal) -> PastRehearsal | None:
    """Return the last rehearsal of the same show before this one that was played to its end."""
    done = Rehearsal.objects.filter(show=rehearsal.show_id, status=Status.DONE)
    past = _past(done.filter(created_at__lt=rehearsal.created_at).order_by("-created_at")[:1])
    return past[0] if past else None


def _past(rows: QuerySet[Rehearsal]) -> list[PastRehearsal]:
    found = rows.values_list(
        "id", "chat", "minutes", "status", "created_at", KeyTransform("figures", "report")
    )
    return [
        PastRehearsal(key, chat, minutes, status, created_at, figures or {})
        for key, chat, minutes, status, created_at, figures in found
    ]
