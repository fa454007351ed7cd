"""Searches a workspace's knowledge: the index in memory, its version, and the rows that are still there.

The index is of one version; what it finds is read from the database within the workspace. So neither a
deleted chunk nor another workspace's can be returned, however old the index is.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from django.db import connection
from django.db.models import F, TextField
from django.db.models.functions import Cast

from knowledge.chunking.languages import SIMPLE, is_small_word
from knowledge.models import Chunk
from knowledge.querysets import searchable_chunks, version_of
from knowledge.retrieval.index import Hit, IndexEntry, Query, SearchIndex
from knowledge.services.reading import CONFIGURATIONS

LIMIT = 6
MAX_QUESTION = 500
# All indexes of a process together; one of 20,000 chunks takes some 100 MB.
MAX_CACHED_CHUNKS = 60_000


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk that was found, with its row, which is read at the moment of the search."""

    hit: Hit
    chunk: Chunk


class IndexCache:
    """Keeps the indexes of the workspaces that were searched last, each of its newest version."""

    def __init__(self, max_chunks: int = MAX_CACHED_CHUNKS) -> None:
        self._max_chunks = max_chunks
        self._lock = Lock()
        self._indexes: OrderedDict[UUID, tuple[int, SearchIndex]] = OrderedDict()

    def index_of(self, tenant_id: UUID) -> SearchIndex:
        """Return a workspace's index, built anew when its knowledge has changed. Blocks."""
        version = version_of(tenant_id)
        with self._lock:
            cached = self._indexes.get(tenant_id)
            if cached is not None and cached[0] == version:
                self._indexes.move_to_end(tenant_id)
                return cached[1]
        index = SearchIndex(_entries_of(tenant_id))
        with self._lock:
            self._indexes[tenant_id] = (version, index)
            self._indexes.move_to_end(tenant_id)
            while len(self._indexes) > 1 and self._size() > self._max_chunks:
                self._indexes.popitem(last=False)
        return index

    def _size(self) -> int:
        return sum(len(index) for _version, index in self._indexes.values())


CACHE = IndexCache()


def search(tenant_id: UUID, question: str, *, limit: int = LIMIT) -> list[FoundChunk]:
    """Return the chunks of a workspace that fit a question, the best first. Blocks."""
    text = question[:MAX_QUESTION].replace("\0", "").strip()
    if not text:
        return []
    index = CACHE.index_of(tenant_id)
    hits = index.find(Query(text, lexemes_by_language(text, index.languages)), limit)
    # The scope is asked for again: the index may be of a moment ago.
    rows = searchable_chunks(tenant_id).filter(id__in=[hit.id for hit in hits]).select_related("source")
    by_id = {row.id: row for row in rows.defer("lexemes", "vector")}
    return [FoundChunk(hit, by_id[hit.id]) for hit in hits if hit.id in by_id]


def has_chunks(tenant_id: UUID) -> bool:
    """Return whether a workspace has anything that can be found."""
    return len(CACHE.index_of(tenant_id)) > 0


def lexemes_by_language(text: str, languages: Sequence[str]) -> dict[str, list[str]]:
    """Return a text's lexemes in each language, found by PostgreSQL as those of the chunks are. One query."""
    if not languages:
        return {}
    columns = ", ".join("tsvector_to_array(to_tsvector(%s::regconfig, %s))" for _language in languages)
    plain = text.replace("’", "'")
    values = [value for language in languages for value in (CONFIGURATIONS[language], plain)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", values)
        row = cursor.fetchone()
    found = dict(zip(languages, row, strict=True))
    # Its other configurations know the small words of their language; this one knows none.
    if SIMPLE in found:
        found[SIMPLE] = [lexeme for lexeme in found[SIMPLE] if not is_small_word(lexeme)]
    return found


def _entries_of(tenant_id: UUID) -> list[IndexEntry]:
    rows = searchable_chunks(tenant_id).annotate(vector_text=Cast(F("lexemes"), TextField())).order_by("id")
    fields = ("id", "source_id", "ordinal", "language", "vector_text", "heading", "text", "vector")
    return [
        IndexEntry(
            id=number,
            source=source,
            ordinal=ordinal,
            language=language,
            lexemes=lexemes or "",
            text=f"{heading} {text}",
            vector=bytes(vector or b""),
        )
        for number, source, ordinal, language, lexemes, heading, text, vector in rows.values_list(*fields)
    ]
