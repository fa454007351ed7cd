from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from livesessions.models.shows import Show
from rehearsals import errors
from rehearsals.models import Rehearsal
from rehearsals.rehearsal.chat_file import UPLOAD
from rehearsals.rehearsal.runner import expire_rehearsals
from rehearsals.tasks import run_rehearsal
from tenants.models import Tenant

MAX_OPEN = 2  # of one tenant
MAX_STORED = 20  # of one show
CHAT_NAME_LENGTH = 100

Status = Rehearsal.Status


def request_rehearsal(*, show: Show, chat: str, minutes: int, upload: str = "") -> Rehearsal:
    """Store a rehearsal and queue it; delete the show's oldest ones beyond `MAX_STORED`.

    - `chat`: the key of a sample chat or, with `upload`, the file's name.
    - `upload`: the text of an uploaded chat file.

    Raise `RehearsalConflict` while the tenant has `MAX_OPEN` rehearsals that wait or run, or when the queue
    does not answer.
    """
    with transaction.atomic():
        # One request of a tenant after the other: two at once could both find the last place free.
        Tenant.objects.select_for_update().get(id=show.tenant_id)
        expire_rehearsals(timezone.now())
        open_rows = Rehearsal.objects.filter(
            tenant=show.tenant_id, status__in=[Status.WAITING, Status.RUNNING]
        )
        if open_rows.count() >= MAX_OPEN:
            raise errors.too_many_rehearsals()
        report = {UPLOAD: upload.replace("\x00", "")} if upload else {}
        rehearsal: Rehearsal = Rehearsal.objects.create(
            tenant=show.tenant, show=show, chat=chat[:CHAT_NAME_LENGTH], minutes=minutes, report=report
        )
        _delete_oldest(show)
    _enqueue(rehearsal)
    return rehearsal


def _enqueue(rehearsal: Rehearsal) -> None:
    try:
        run_rehearsal(str(rehearsal.id))
    except (RedisError, OSError) as error:
        rehearsal.delete()
        raise errors.rehearsals_unreachable() from error


def _delete_oldest(show: Show) -> None:
    rows = Rehearsal.objects.filter(show=show)
    newest = rows.order_by("-created_at").values_list("id", flat=True)[:MAX_STORED]
    rows.exclude(id__in=list(newest)).delete()
