from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from chatsources.events import EventKind
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant

# What the console shows. The rest is only counted there, and is most of the log.
NOT_SHOWN = (EventKind.VIEWERS, EventKind.LIKE, EventKind.JOIN, EventKind.DELETED)
SHOWN = ~Q(kind__in=[kind.value for kind in NOT_SHOWN])


class ChatEvent(models.Model):
    """One event of a live room; an event is stored once.

    `viewer_hash` is a keyed hash, the same in all lives of a tenant. Retention erases `viewer_name` and
    `text` first. The table is partitioned by `session_month` (docs/decisions/0002).
    """

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    # In the database, session and month together reference the session, so that its events are all in one
    # partition. The unique constraint serves as the index.
    session = models.ForeignKey(
        LiveSession, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    session_month = models.DateField(editable=False)
    source_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in EventKind])
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    viewer_hash = models.CharField(max_length=32, blank=True)
    viewer_name = models.CharField(max_length=100, blank=True)
    text = models.TextField(blank=True)
    count = models.PositiveBigIntegerField(default=1)
    gift_id = models.CharField(max_length=40, blank=True)
    gift_name = models.CharField(max_length=100, blank=True)
    diamonds = models.PositiveIntegerField(default=0)
    streak_id = models.CharField(max_length=40, blank=True)
    streak_open = models.BooleanField(default=False)
    risk = models.CharField(max_length=10, choices=Risk, blank=True)
    # The gate's decision about the text, and its reasons: one entry for each finding.
    action = models.CharField(max_length=20, blank=True)
    reasons: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(default=list, blank=True)
    deleted = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["ChatEvent"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "source_id", "session_month"], name="livesessions_an_event_happens_once"
            )
        ]
        indexes = [
            models.Index(fields=["session", "occurred_at"]),
            # The order in which events were recorded, for readers of the log that must miss none.
            models.Index(fields=["session", "id"], condition=SHOWN, name="livesessions_shown_in_order"),
            models.Index(
                fields=["session", "viewer_hash"], condition=~Q(text=""), name="livesessions_words_of_viewers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.session_month is None:
            self.session_month = self.session.log_month
        super().save(*args, **kwargs)
