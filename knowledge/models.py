"""What a workspace's hosts know: sources, their chunks, and questions without an answer."""

import uuid
from typing import ClassVar

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from knowledge.parsing.document import FailureReason
from tenants.models import Tenant


class KnowledgeVersion(models.Model):
    """A workspace's counter of changes. Search indexes in memory are of one number and no other."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    number = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["KnowledgeVersion"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return str(self.number)


class Source(models.Model):
    """A document that a workspace's hosts may quote. Its original lies in the object store."""

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        TEXT = "text", _("Text")
        QUESTION = "question", _("Question and answer")
        PAGE = "page", _("Web page")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROCESSING = "processing", _("Being read")
        COMPLETED = "completed", _("Ready")
        FAILED = "failed", _("Not read")

    REASONS = [(reason.value, reason.value) for reason in FailureReason]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    url = models.CharField(_("address"), max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    reason = models.CharField(max_length=20, choices=REASONS, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    # Rises with each new content. Work that began with an older number writes nothing.
    generation = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField(default=0)
    format = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=200, blank=True)
    pages = models.PositiveIntegerField(default=0)
    characters = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    # Where the text speaks to an assistant: {"excerpt", "is_hidden"}.
    flags = models.JSONField(default=list, blank=True)
    # Nothing of it is found until somebody of the workspace has looked at the flags.
    is_quarantined = models.BooleanField(default=False)
    released_at = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    crawled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["Source"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sha256"], name="knowledge_one_source_each_content")
        ]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="knowledge_sources_by_age")]

    def __str__(self) -> str:
        return self.name

    @property
    def object_key(self) -> str:
        """The key of the original in the object store."""
        return f"sources/{self.id}"


class Chunk(models.Model):
    """A part of a source: its text, lexemes and vector in one row, so that nothing outlives its deletion."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveIntegerField()
    heading = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    # Of the source's whole text.
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    page = models.PositiveIntegerField(default=0)
    row = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=6)
    content_hash = models.CharField(max_length=64)
    # By the language of the chunk.
    lexemes = SearchVectorField(null=True, editable=False)
    # float16, little-endian; empty until an embedding model has read the chunk.
    vector = models.BinaryField(blank=True, default=b"", editable=False)
    vector_model = models.CharField(max_length=100, blank=True, editable=False)

    objects: ClassVar[models.Manager["Chunk"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["source_id", "ordinal"]
        indexes = [models.Index(fields=["tenant", "source", "ordinal"], name="knowledge_chunks_in_order")]

    def __str__(self) -> str:
        return self.text[:60]


class DeletionReceipt(models.Model):
    """Proof that a source was deleted, and how much of it. It holds nothing of what the source said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    source_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    chunks = models.PositiveIntegerField()
    vectors = models.PositiveIntegerField()
    file_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["DeletionReceipt"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.source_id)


class UnansweredQuestion(models.Model):
    """A question of viewers that the knowledge does not answer, with how often it was asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    question = models.CharField(_("question"), max_length=300)
    language = models.CharField(max_length=6, blank=True)
    count = models.PositiveIntegerField(default=1)
    # Other wordings, the latest last.
    variants = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["UnansweredQuestion"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-count", "-asked_at"]

    def __str__(self) -> str:
        return self.question
