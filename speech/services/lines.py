"""The index of the lines that are kept: what is there, when it was used, and what has to go."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from speech.models import CachedLine

MEGABYTE = 1_000_000
EVICT_TO = 0.9  # of the limit, so that not every chore has to
AT_ONCE = 200


def name_of(tenant_id: UUID, key: str) -> str:
    """Return where a line lies in the object store."""
    return f"{tenant_id}/{key}"


def names_of_lines(tenant_id: UUID) -> list[str]:
    """Return where a workspace's lines lie."""
    keys = CachedLine.objects.filter(tenant=tenant_id).values_list("key", flat=True)
    return [name_of(tenant_id, key) for key in keys]


def note_line(*, tenant_id: UUID, key: str, size: int) -> None:
    CachedLine.objects.update_or_create(
        tenant_id=tenant_id, key=key, defaults={"size": size, "last_used_at": timezone.now()}
    )


def forget_line(*, tenant_id: UUID, key: str) -> None:
    CachedLine.objects.filter(tenant_id=tenant_id, key=key).delete()


def touch_lines(names: Iterable[str]) -> None:
    """Note that lines were used just now."""
    keys = [name.partition("/")[2] for name in names]
    CachedLine.objects.filter(key__in=keys).update(last_used_at=timezone.now())


def evict_lines(*, most_bytes: int, delete_file: Callable[[UUID, str], None]) -> int:
    """Let go of what was used longest ago until the rest fits; return how many lines went."""
    total = CachedLine.objects.aggregate(total=Sum("size"))["total"] or 0
    gone = 0
    while total > most_bytes or (gone and total > most_bytes * EVICT_TO):
        oldest = list(CachedLine.objects.order_by("last_used_at")[:AT_ONCE])
        for line in oldest:
            if total <= most_bytes * EVICT_TO:
                break
            # The file first: a row without one is found again, a file without a row is not.
            delete_file(line.tenant_id, line.key)
            line.delete()
            total, gone = total - line.size, gone + 1
        if not oldest:
            break
    return gone
