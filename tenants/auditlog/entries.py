"""Reads a workspace's audit log: filtered, newest first, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from tenants.auditlog.sentences import TOPICS, changes_of, what_happened, who_acted
from tenants.models import AuditEntry, Membership, Tenant, User

ENTRIES_A_PAGE = 50
MAX_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What is shown: entries of one person, of one topic, and of the days from `first` to `last`."""

    person: UUID | None = None
    topic: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as people read it."""

    entry: AuditEntry
    who: str
    what: str
    where: str
    changes: list[tuple[str, str, str]]


def find_entries(tenant: Tenant, filters: Filters, *, before: int | None = None) -> "QuerySet[AuditEntry]":
    """Return the entries older than the id `before`, newest first; days are the workspace's."""
    found = AuditEntry.objects.filter(tenant=tenant).order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    if filters.person is not None:
        found = found.filter(user_id=filters.person)
    if filters.topic in TOPICS:
        wanted = Q()
        for start in TOPICS[filters.topic][1]:
            wanted |= Q(verb__startswith=start)
        found = found.filter(wanted)
    zone = ZoneInfo(tenant.time_zone)
    if filters.first is not None:
        found = found.filter(at__gte=datetime.combine(filters.first, time(), zone))
    if filters.last is not None:
        found = found.filter(at__lt=datetime.combine(filters.last + timedelta(days=1), time(), zone))
    return found


def read_page(tenant: Tenant, filters: Filters, before: int | None) -> tuple[list[Row], int | None]:
    """Return a page of entries, and the id before which the next page begins; None for the last page."""
    found = list(find_entries(tenant, filters, before=before)[: ENTRIES_A_PAGE + 1])
    page = found[:ENTRIES_A_PAGE]
    return describe(page), page[-1].id if len(found) > len(page) else None


def describe(entries: Iterable[AuditEntry]) -> list[Row]:
    """Return the entries in words. One query for all people."""
    entries = list(entries)
    people = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    return [
        Row(
            entry,
            who_acted(entry, people),
            what_happened(entry),
            " · ".join(filter(None, (entry.address, entry.device))),
            changes_of(entry),
        )
        for entry in entries
    ]


def people_of(tenant: Tenant) -> list[User]:
    """Return the people whom the filter offers: the team's members."""
    found = Membership.objects.filter(tenant=tenant).select_related("user").order_by("user__email")
    return [membership.user for membership in found]
