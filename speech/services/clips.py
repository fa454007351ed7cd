"""The index of stored clips: which exist, when each was last used, and which to evict."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from speech.models import CachedLine

MEGABYTE = 1_000_000
EVICT_TO = 0.9  # of the limit, so that not every run has to evict
BATCH = 200


def clip_name(tenant_id: UUID, key: str) -> str:
    """Return a clip's name in the object store."""
    return f"{tenant_id}/{key}"


def clip_names(tenant_id: UUID) -> list[str]:
    """Return the names of a workspace's clips."""
    keys = CachedLine.objects.filter(tenant=tenant_id).values_list("key", flat=True)
    return [clip_name(tenant_id, key) for key in keys]


def add_clip(*, tenant_id: UUID, key: str, size: int) -> None:
    CachedLine.objects.update_or_create(
        tenant_id=tenant_id, key=key, defaults={"size": size, "last_used_at": timezone.now()}
    )


def delete_clip(*, tenant_id: UUID, key: str) -> None:
    CachedLine.objects.filter(tenant_id=tenant_id, key=key).delete()


def touch_clips(names: Iterable[str]) -> None:
    """Set the last use of clips to now."""
    keys = [name.partition("/")[2] for name in names]
    CachedLine.objects.filter(key__in=keys).update(last_used_at=timezone.now())


def evict_clips(*, most_bytes: int, delete_file: Callable[[UUID, str], None]) -> int:
    """Delete the least recently used clips until the rest fits; return how many were deleted."""
    total = CachedLine.objects.aggregate(total=Sum("size"))["total"] or 0
    evicted = 0
    while total > most_bytes or (evicted and total > most_bytes * EVICT_TO):
        oldest = list(CachedLine.objects.order_by("last_used_at")[:BATCH])
        for line in oldest:
            if total <= most_bytes * EVICT_TO:
                break
            # The file first: a row without a file is found again, a file without a row is not.
            delete_file(line.tenant_id, line.key)
            line.delete()
            total, evicted = total - line.size, evicted + 1
        if not oldest:
            break
    return evicted
