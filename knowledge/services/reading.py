"""Reads a source: parses its original in a child process, divides it and stores its chunks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import QuerySet, Value

from knowledge.chunking.chunker import ChunkPiece, content_of, divide
from knowledge.chunking.instructions import MAX_FLAGS, instructions_in
from knowledge.models import Chunk, Source
from knowledge.parsing.document import FailureReason, Format, ParsedDocument, ParseFailed
from knowledge.parsing.sandbox import parse
from knowledge.services.sources import bump_version, objects_of
from providers.errors import ObjectStoreError

BATCH = 1_000
READ, DIVIDED = 50, 70
# PostgreSQL's names of the languages of chunks.
CONFIGURATIONS = {"it": "italian", "en": "english", "de": "german", "simple": "simple"}


def read_source(tenant_id: UUID, source_id: UUID) -> bool:
    """Read a source and store its chunks; return whether anything was stored. Blocks, for up to a minute.

    Nothing is written when the source was deleted or has got a newer content meanwhile.
    """
    source = _begin(tenant_id, source_id)
    if source is None:
        return False
    try:
        data = objects_of(tenant_id).get(source.object_key)
        if data is None:
            raise ParseFailed(FailureReason.LOST)
        hint = Format.QA.value if source.kind == Source.Kind.QUESTION else ""
        document = parse(data, source.name, url=source.url, format_hint=hint)
        _progress(source, READ)
        pieces = divide(document)
    except ParseFailed as failure:
        return _fail(source, failure.reason)
    except ObjectStoreError:
        return _fail(source, FailureReason.LOST)
    _progress(source, DIVIDED)
    return _store(source, document, pieces)


def _begin(tenant_id: UUID, source_id: UUID) -> Source | None:
    """Mark a source as being read; None when it is gone, or when it was read already."""
    row: Source | None = Source.objects.filter(id=source_id, tenant_id=tenant_id).first()
    if row is None or row.status in (Source.Status.COMPLETED, Source.Status.FAILED):
        return None
    begun = _same(row).update(status=Source.Status.PROCESSING, progress=5)
    return row if begun else None


def _same(source: Source) -> "QuerySet[Source]":
    """Return the source's row, as long as it is of the generation with which the work began."""
    return Source.objects.filter(id=source.id, tenant_id=source.tenant_id, generation=source.generation)


def _progress(source: Source, percent: int) -> None:
    _same(source).update(progress=percent)


@transaction.atomic
def _fail(source: Source, reason: FailureReason) -> bool:
    failed = _same(source).update(status=Source.Status.FAILED, reason=reason.value, progress=0, chunk_count=0)
    if failed:
        Chunk.objects.filter(source_id=source.id, tenant_id=source.tenant_id).delete()
        bump_version(source.tenant_id)
    return False


@transaction.atomic
def _store(source: Source, document: ParsedDocument, pieces: Sequence[ChunkPiece]) -> bool:
    """Store what was read, all of it or nothing. Chunks that have not changed keep their rows and vectors."""
    row = _same(source).select_for_update().first()
    if row is None:
        return False
    _store_chunks(row, pieces)
    flags = list(islice(_flags_of(document, pieces), MAX_FLAGS))
    row.status, row.reason, row.progress = Source.Status.COMPLETED, "", 100
    row.format, row.title, row.pages = document.format.value, document.title, document.pages
    row.characters, row.chunk_count = len(content_of(document)), len(pieces)
    # A release is of the flags that somebody has seen.
    is_known = row.released_at is not None and flags == row.flags
    row.flags, row.is_quarantined = flags, bool(flags) and not is_known
    row.save()
    bump_version(row.tenant_id)
    return True


def _flags_of(document: ParsedDocument, pieces: Sequence[ChunkPiece]) -> Iterator[dict[str, Any]]:
    texts = [document.title, *(f"{piece.heading}\n{piece.text}" for piece in pieces)]
    yield from (asdict(flag) for flag in instructions_in(document.hidden, are_hidden=True))
    yield from (asdict(flag) for flag in instructions_in(texts))


def _store_chunks(source: Source, pieces: Sequence[ChunkPiece]) -> None:
    stored: defaultdict[str, list[Chunk]] = defaultdict(list)
    rows = Chunk.objects.filter(source_id=source.id, tenant_id=source.tenant_id).defer("lexemes", "vector")
    for row in rows.order_by("-ordinal"):
        stored[row.content_hash].append(row)
    kept, new = [], []
    for ordinal, piece in enumerate(pieces):
        same = stored[piece.content_hash]
        if same:
            kept.append(_moved(same.pop(), ordinal, piece))
        else:
            new.append(_chunk(source, ordinal, piece))
    gone = [row.pk for rest in stored.values() for row in rest]
    Chunk.objects.filter(tenant_id=source.tenant_id, pk__in=gone).delete()
    Chunk.objects.bulk_update(kept, ["ordinal", "start", "end", "page", "row", "path"], batch_size=BATCH)
    Chunk.objects.bulk_create(new, batch_size=BATCH)


def _moved(row: Chunk, ordinal: int, piece: ChunkPiece) -> Chunk:
    row.ordinal, row.start, row.end = ordinal, piece.start, piece.end
    row.page, row.row, row.path = piece.page, piece.row, piece.path
    return row


def _chunk(source: Source, ordinal: int, piece: ChunkPiece) -> Chunk:
    return Chunk(
        tenant_id=source.tenant_id,
        source_id=source.id,
        ordinal=ordinal,
        heading=piece.heading,
        text=piece.text,
        start=piece.start,
        end=piece.end,
        page=piece.page,
        row=piece.row,
        path=piece.path,
        language=piece.language,
        content_hash=piece.content_hash,
        lexemes=lexemes_of(f"{piece.heading}\n{piece.text}", piece.language),
    )


def lexemes_of(text: str, language: str) -> SearchVector:
    """Return the expression by which PostgreSQL finds the lexemes of a text."""
    # Its parser divides "dell'ordine" at a straight apostrophe only.
    plain = Value(text.replace("’", "'"))
    return SearchVector(plain, config=CONFIGURATIONS[language])
