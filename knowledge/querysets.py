"""Reads of what a workspace's hosts know."""

from uuid import UUID

from django.db.models import QuerySet

from knowledge.models import Chunk, KnowledgeVersion, Source, UnansweredQuestion


def sources_of(tenant_id: UUID) -> "QuerySet[Source]":
    return Source.objects.filter(tenant_id=tenant_id)


def searchable_chunks(tenant_id: UUID) -> "QuerySet[Chunk]":
    """Return the chunks that may be found: none of a source that is quarantined or not read."""
    return Chunk.objects.filter(
        tenant_id=tenant_id,
        source__tenant_id=tenant_id,
        source__is_quarantined=False,
        source__status=Source.Status.COMPLETED,
    )


def version_of(tenant_id: UUID) -> int:
    """Return the number of a workspace's changes; 0 before the first."""
    numbers = KnowledgeVersion.objects.filter(tenant_id=tenant_id).values_list("number", flat=True)
    return numbers.first() or 0


def unanswered_of(tenant_id: UUID) -> "QuerySet[UnansweredQuestion]":
    """Return a workspace's unanswered questions, the most asked first."""
    return UnansweredQuestion.objects.filter(tenant_id=tenant_id)
