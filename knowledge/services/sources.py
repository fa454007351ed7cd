"""Adds, changes and deletes sources."""

import hashlib
import json
import re
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from billing.plans import doors
from billing.plans.entitlements import Entitlements, workspaces_of
from knowledge.errors import KnowledgeRefused
from knowledge.models import Chunk, DeletionReceipt, KnowledgeVersion, Source
from knowledge.parsing.document import MAX_INPUT_BYTES, FailureReason
from knowledge.signals import source_changed
from knowledge.words import REASONS
from providers.object_store import TenantObjects
from tenants import audit
from tenants.models import Tenant

STORAGE = "knowledge"  # in the settings' STORAGES
MAX_NAME = 200
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def add_source(*, tenant: Tenant, kind: str, name: str, data: bytes, url: str = "") -> Source:
    """Store a document and have it read.

    Raise `KnowledgeRefused` for one that is empty, too large or there already, and `PlanRefused`.
    """
    if not data.strip():
        raise KnowledgeRefused(str(REASONS[FailureReason.EMPTY]), code="source_empty")
    if len(data) > MAX_INPUT_BYTES:
        raise KnowledgeRefused(str(REASONS[FailureReason.TOO_LARGE]), code="source_too_large", status=413)
    try:
        with transaction.atomic():
            return _add(tenant, kind, name, data, url)
    except IntegrityError:
        raise _there_already(tenant, hashlib.sha256(data).hexdigest()) from None


def _add(tenant: Tenant, kind: str, name: str, data: bytes, url: str) -> Source:
    # Questions with their answers are free in every plan that has documents.
    counts = None if kind == Source.Kind.QUESTION else _documents_of_plan
    doors.require(doors.ADD_DOCUMENT, tenant.id, in_use=counts)
    source = Source.objects.create(
        tenant=tenant,
        kind=kind,
        name=" ".join(_UNSHOWN.sub("", name).split())[:MAX_NAME] or _("Untitled"),
        url=url,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
    )
    # In the transaction, after the row: a row without its file would be read as lost.
    objects_of(tenant.id).put(source.object_key, data)
    audit.record("source.added", source, detail={"kind": kind, "bytes": len(data)})
    _announce(source)
    return source


def add_question(*, tenant: Tenant, question: str, answer: str) -> Source:
    """Store a question with its answer as a source."""
    data = json.dumps({"question": question.strip(), "answer": answer.strip()}, ensure_ascii=False)
    return add_source(tenant=tenant, kind=Source.Kind.QUESTION, name=question, data=data.encode())


@transaction.atomic
def replace_content(*, source: Source, data: bytes, **fields: str) -> bool:
    """Store a new content of a source and have it read; return False when it is the same as before."""
    row = Source.objects.select_for_update().filter(id=source.id, tenant_id=source.tenant_id).first()
    if row is None:
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    row.crawled_at = timezone.now()
    digest = hashlib.sha256(data).hexdigest()
    if digest == row.sha256 and row.status == Source.Status.COMPLETED:
        row.save()
        return False
    row.sha256, row.size_bytes = digest, len(data)
    row.generation += 1
    row.status, row.reason, row.progress = Source.Status.PENDING, "", 0
    row.save()
    objects_of(row.tenant_id).put(row.object_key, data)
    _announce(row)
    return True


@transaction.atomic
def read_again(*, source: Source) -> None:
    """Have a source read anew, such as after a failure."""
    Source.objects.filter(id=source.id, tenant_id=source.tenant_id).update(
        generation=F("generation") + 1, status=Source.Status.PENDING, reason="", progress=0
    )
    _announce(source)


@transaction.atomic
def release(*, source: Source) -> None:
    """Let a quarantined source be found, because somebody has looked at its flags."""
    row = Source.objects.select_for_update().get(id=source.id, tenant_id=source.tenant_id)
    if not row.is_quarantined:
        return
    row.is_quarantined, row.released_at = False, timezone.now()
    row.save(update_fields=["is_quarantined", "released_at", "changed_at"])
    bump_version(row.tenant_id)
    audit.record("source.released", row, detail={"flags": len(row.flags)})


@transaction.atomic
def delete_source(*, source: Source) -> DeletionReceipt | None:
    """Delete a source with its chunks, vectors and file at once; return the receipt.

    Work that is still under way finds no row to write to. None: it was deleted in the same instant.
    """
    row = Source.objects.select_for_update().filter(id=source.id, tenant_id=source.tenant_id).first()
    if row is None:
        return None
    audit.record("source.deleted", row)
    chunks = Chunk.objects.filter(source_id=row.id, tenant_id=row.tenant_id)
    receipt = DeletionReceipt(
        tenant_id=row.tenant_id,
        source_id=row.id,
        sha256=row.sha256,
        chunks=chunks.count(),
        vectors=chunks.exclude(vector_model="").count(),
        file_bytes=row.size_bytes,
    )
    receipt.save(force_insert=True)
    key = row.object_key
    row.delete()
    bump_version(receipt.tenant_id)
    transaction.on_commit(partial(objects_of(receipt.tenant_id).delete, key))
    return receipt


def bump_version(tenant_id: UUID) -> None:
    """Count a change, in its transaction: every index in memory is then too old."""
    changed = KnowledgeVersion.objects.filter(tenant_id=tenant_id).update(number=F("number") + 1)
    if not changed:
        KnowledgeVersion.objects.get_or_create(tenant_id=tenant_id, defaults={"number": 1})


def _documents_of_plan(given: Entitlements) -> int:
    return count_documents(given.payer_id)


def count_documents(payer_id: UUID) -> int:
    """Return how many sources the workspaces of one plan have; questions with answers do not count."""
    with scopes_disabled():
        rows = Source.objects.filter(tenant_id__in=workspaces_of(payer_id))
        return rows.exclude(kind=Source.Kind.QUESTION).count()


def objects_of(tenant_id: UUID) -> TenantObjects:
    """Return the originals of a workspace."""
    return TenantObjects(STORAGE, tenant_id)


def _there_already(tenant: Tenant, digest: str) -> KnowledgeRefused:
    row = Source.objects.filter(tenant=tenant, sha256=digest).first()
    words = _("“%(name)s” has the same content and is there already.") % {"name": row.name if row else ""}
    return KnowledgeRefused(words, code="source_exists", status=409, source_id=str(row.id) if row else "")


def _announce(source: Source) -> None:
    transaction.on_commit(
        partial(source_changed.send, sender=Source, tenant_id=source.tenant_id, source_id=source.id)
    )
