from django.db import models, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from livesessions.models.rehearsals import Rehearsal
from livesessions.models.shows import Show
from livesessions.tasks import play_rehearsal
from rehearsals import errors
from rehearsals.rehearsal.playing import UPLOAD, settle_rehearsals
from tenants.models import Tenant

AT_ONCE = 2
KEPT_PER_SHOW = 20
NAME_LENGTH = 100

Status = Rehearsal.Status


def request_rehearsal(*, show: Show, chat: str, minutes: int, upload: str = "") -> Rehearsal:
    """Ask for a rehearsal; raise `RehearsalConflict` while `AT_ONCE` of the tenant are not over.

    `chat` names a sample or, with `upload` (the chat itself), the file that it came from.
    """
    with transaction.atomic():
        # One request of a tenant after the other, or two could both see one seat left.
        Tenant.objects.select_for_update().get(id=show.tenant_id)
        settle_rehearsals(timezone.now())
        if _rows_of(show).filter(status__in=[Status.WAITING, Status.RUNNING]).count() >= AT_ONCE:
            raise errors.too_many_rehearsals()
        report = {UPLOAD: upload.replace("\x00", "")} if upload else {}
        rehearsal: Rehearsal = Rehearsal.objects.create(
            tenant=show.tenant, show=show, chat=chat[:NAME_LENGTH], minutes=minutes, report=report
        )
        _forget_older(show)
    try:
        play_rehearsal(str(rehearsal.id))
    except (RedisError, OSError) as error:
        rehearsal.delete()
        raise errors.rehearsals_unreachable() from error
    return rehearsal


def _rows_of(show: Show) -> models.QuerySet[Rehearsal]:
    rows: models.QuerySet[Rehearsal] = Rehearsal.objects.filter(tenant=show.tenant)
    return rows


def _forget_older(show: Show) -> None:
    kept = Rehearsal.objects.filter(show=show).order_by("-created_at")[:KEPT_PER_SHOW]
    Rehearsal.objects.filter(show=show).exclude(id__in=list(kept.values_list("id", flat=True))).delete()
