from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from livesessions.models.shows import Show
from rehearsals.models import Rehearsal

Status = Rehearsal.Status


@dataclass(frozen=True, slots=True)
class RehearsalSummary:
    """A rehearsal without its script. `figures` is empty unless the rehearsal is done."""

    id: UUID
    chat: str
    minutes: int
    status: str
    created_at: datetime
    figures: dict[str, Any]

    @property
    def status_name(self) -> str:
        return str(Status(self.status).label)


def rehearsals_of(show: Show) -> list[RehearsalSummary]:
    """Return a show's rehearsals, the newest first. One query."""
    return _summaries(Rehearsal.objects.filter(tenant=show.tenant_id, show=show))


def previous_rehearsal(rehearsal: Rehearsal) -> RehearsalSummary | None:
    """Return the show's last rehearsal before this one that is done."""
    done = Rehearsal.objects.filter(show=rehearsal.show_id, status=Status.DONE)
    found = _summaries(done.filter(created_at__lt=rehearsal.created_at).order_by("-created_at")[:1])
    return found[0] if found else None


def _summaries(rows: QuerySet[Rehearsal]) -> list[RehearsalSummary]:
    # The figures alone are read out of the JSON: a script has hundreds of lines.
    found = rows.values_list(
        "id", "chat", "minutes", "status", "created_at", KeyTransform("figures", "report")
    )
    return [
        RehearsalSummary(key, chat, minutes, status, created_at, figures or {})
        for key, chat, minutes, status, created_at, figures in found
    ]
