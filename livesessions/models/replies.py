import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.sessions import LiveSession
from livesessions.pipeline.outcome import ReplyOutcome
from tenants.models import Tenant


class Reply(models.Model):
    """One reply that the host said, or tried to say.

    Fields ending in `_ms` are milliseconds since the arrival of the event. `heard_started_at` and
    `heard_ended_at` are the overlay's reports of its playback.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SPEAKING = ReplyOutcome.SPEAKING, _("Speaking")
        SPOKEN = ReplyOutcome.SPOKEN, _("Spoken")
        MUTED = ReplyOutcome.MUTED, _("Muted")
        SKIPPED = ReplyOutcome.SKIPPED, _("Skipped")
        REFUSED = ReplyOutcome.REFUSED, _("Refused by the policy")
        FAILED = ReplyOutcome.FAILED, _("Failed")
        HELD = ReplyOutcome.HELD, _("Waiting for approval")
        REJECTED = ReplyOutcome.REJECTED, _("Rejected")
        EXPIRED = ReplyOutcome.EXPIRED, _("Not approved in time")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="replies")
    trigger_kind = models.CharField(max_length=20)
    # The director's state, and why it chose this message: the score's parts by name, and their `total`.
    state = models.CharField(max_length=10, blank=True)
    score: "models.JSONField[dict[str, float]]" = models.JSONField(default=dict, blank=True)
    trigger_source_id = models.CharField(max_length=100, blank=True)
    # The other events that it answers: gifts thanked together, the same question of other viewers.
    also_source_ids: "models.JSONField[list[str]]" = models.JSONField(default=list, blank=True)
    trigger_text = models.TextField(blank=True)
    trigger_viewer_name = models.CharField(max_length=100, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status)
    fault = models.CharField(max_length=40, blank=True)
    generation = models.PositiveIntegerField(default=0)
    # The lease under which the reply was said; rows of an older one than the session's are not written.
    lease_number = models.BigIntegerField(default=0, db_default=0)
    model = models.CharField(max_length=100, blank=True)
    voice = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    waited_ms = models.PositiveIntegerField(null=True)
    first_sentence_ms = models.PositiveIntegerField(null=True)
    first_audio_ms = models.PositiveIntegerField(null=True)
    sent_ms = models.PositiveIntegerField(null=True)
    audio_ms = models.PositiveIntegerField(default=0)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.FloatField(default=0.0)
    characters = models.PositiveIntegerField(default=0)
    heard_started_at = models.DateTimeField(null=True)
    heard_ended_at = models.DateTimeField(null=True)
    # The loudness at the overlay's page in dBFS, and how often its buffer ran empty; null: not reported.
    heard_level_db = models.FloatField(null=True)
    underruns = models.PositiveIntegerField(default=0, db_default=0)

    objects: ClassVar[models.Manager["Reply"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["session", "created_at"])]

    def __str__(self) -> str:
        return f"{self.status} {self.id}"


REPLY_AUDIO = "replies"  # in the settings' STORAGES


def audio_key(session_id: uuid.UUID, reply_id: uuid.UUID) -> str:
    """Return the key of a reply's audio within its workspace's objects."""
    return f"{session_id}/{reply_id}.wav"


class ReplyAudio(models.Model):
    """The audio of a reply that is kept in the object store, which is deleted with this row."""

    # No foreign key: while the database is away, a reply may be said before its row is written.
    reply_id = models.UUIDField(unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="reply_audio")
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects: ClassVar[models.Manager["ReplyAudio"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "reply audio"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.reply_id)
