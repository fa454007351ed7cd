from django.contrib import admin

from knowledge.models import (
    Chunk,
    DeletionReceipt,
    KnowledgeVersion,
    Source,
    UnansweredQuestion,
)
from tenants.admin import ReadOnlyAdmin


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Lists what workspaces have given their hosts to know, and what became of it."""

    list_display = [
        "name",
        "tenant",
        "kind",
        "status",
        "reason",
        "chunk_count",
        "is_quarantined",
        "created_at",
    ]
    list_select_related = ["tenant"]
    list_filter = ["status", "reason", "kind", "is_quarantined"]
    search_fields = ["name", "tenant__name", "tenant__slug"]


@admin.register(Chunk)
class ChunkAdmin(ReadOnlyAdmin):
    list_display = ["id", "tenant", "source", "ordinal", "language", "vector_model"]
    list_select_related = ["tenant", "source"]
    ordering = ["-id"]
    list_filter = ["language", "vector_model"]
    search_fields = ["source__name", "tenant__name"]


@admin.register(DeletionReceipt)
class DeletionReceiptAdmin(ReadOnlyAdmin):
    list_display = ["source_id", "tenant", "chunks", "vectors", "file_bytes", "created_at"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "sha256"]


@admin.register(KnowledgeVersion)
class KnowledgeVersionAdmin(ReadOnlyAdmin):
    list_display = ["tenant", "number", "created_at"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name"]


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(ReadOnlyAdmin):
    list_display = ["question", "tenant", "count", "asked_at"]
    list_select_related = ["tenant"]
    search_fields = ["question", "tenant__name"]
