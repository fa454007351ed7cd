"""Copies, archives and deletes shows."""

from django.db import transaction
from django.utils import timezone

from encoder.services import delete_target
from livesessions.models.plans import QuizQuestion, Segment
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.shows.errors import show_is_live
from livesessions.shows.services.voice_cache import warm_on_commit
from livesessions.worker import leases
from overlay.services import delete_overlay, duplicate_overlay
from tenants import audit
from tenants.locking import lock_row
from tenants.names import copy_name

# What a copy does not take over: it is another row, with an overlay of its own.
NOT_COPIED = frozenset({"id", "name", "overlay", "created_at", "archived_at"})


@transaction.atomic
def duplicate_show(*, show: Show) -> Show:
    """Create a copy of a show with its settings, plan, quiz questions and overlay layout.

    The copy has an overlay address of its own, and neither lives nor rehearsals. It uses the same persona,
    voice and rules.
    """
    show = lock_row(Show.objects.all(), show.id)  # its persona and voice stay in use until the copy is stored
    taken = set(Show.objects.filter(tenant=show.tenant_id).values_list("name", flat=True))
    fields = [field.name for field in Show._meta.concrete_fields if field.name not in NOT_COPIED]
    copy = Show(**{name: getattr(show, name) for name in fields})
    copy.name = copy_name(show.name, taken=taken)
    copy.overlay = duplicate_overlay(overlay=show.overlay)
    copy.save(force_insert=True)
    _copy_plan(show, copy)
    _copy_questions(show, copy)
    audit.record("show.duplicated", copy, detail={"of": str(show.id)})
    warm_on_commit(copy.id)
    return copy


def _copy_plan(show: Show, copy: Show) -> None:
    Segment.objects.bulk_create(
        Segment(
            tenant_id=copy.tenant_id,
            show=copy,
            position=segment.position,
            kind=segment.kind,
            title=segment.title,
            duration_s=segment.duration_s,
            talking_points=segment.talking_points,
        )
        for segment in Segment.objects.filter(show=show)
    )


def _copy_questions(show: Show, copy: Show) -> None:
    questions = QuizQuestion.objects.filter(show=show)
    copies = [
        QuizQuestion(tenant_id=copy.tenant_id, show=copy, question=each.question, answers=each.answers)
        for each in questions
    ]
    QuizQuestion.objects.bulk_create(copies)  # `created_at` differs by microseconds, in this order


@transaction.atomic
def archive_show(*, show: Show) -> Show:
    """Take a show out of the lists; its lives and settings stay. Idempotent.

    Raise `ShowConflict` while it has a live that has not ended.
    """
    return _set_archived(show, archived=True)


@transaction.atomic
def unarchive_show(*, show: Show) -> Show:
    """Put an archived show back into the lists. Idempotent."""
    return _set_archived(show, archived=False)


def _set_archived(show: Show, *, archived: bool) -> Show:
    locked = lock_row(Show.objects.all(), show.id)
    if archived:
        _refuse_open_live(show)
    if locked.is_archived != archived:
        show.archived_at = timezone.now() if archived else None
        show.save(update_fields=["archived_at"])
        audit.record("show.archived" if archived else "show.unarchived", show)
    return show


@transaction.atomic
def delete_show(*, show: Show) -> None:
    """Delete a show with its plan, questions, overlay, stream target, rehearsals and ended lives.

    Raise `ShowConflict` while it has a live that has not ended. Entries of the audit log stay.
    """
    lock_row(Show.objects.all(), show.id)
    _refuse_open_live(show)
    lives = LiveSession.objects.filter(show=show).count()
    audit.record("show.deleted", show, detail={"lives": lives})
    overlay, show_id = show.overlay, show.id
    show.delete()
    delete_overlay(overlay=overlay)
    delete_target(tenant=show.tenant, use_id=show_id)


def _refuse_open_live(show: Show) -> None:
    leases.end_stopped(show_id=show.id)
    if LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).exists():
        raise show_is_live()
