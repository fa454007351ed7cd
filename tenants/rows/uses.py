"""What uses a row of a lower app, such as the shows that use a persona; apps above answer over a signal."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.dispatch import Signal

from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class RowUse:
    """One thing that uses the row `row_id`, such as a show: its name, and the page where that is chosen."""

    row_id: UUID
    name: str
    address: str


def uses_in(tenant: Tenant, *, asked: Signal) -> dict[UUID, list[RowUse]]:
    """Return all uses in a workspace by the row that they use. Receivers of `asked` return a list of them."""
    uses: defaultdict[UUID, list[RowUse]] = defaultdict(list)
    for _receiver, answer in asked.send(sender=None, tenant=tenant):
        for use in cast("Iterable[RowUse]", answer):
            uses[use.row_id].append(use)
    return uses
