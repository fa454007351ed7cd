from typing import Any, ClassVar

from django.db import models
from django.db.models import Value
from django_scopes import ScopedManager

from livesessions.models.sessions import LiveSession
from tenants.models import Tenant


class LiveSummary(models.Model):
    """The figures of an ended live, computed once, so that no page counts its events.

    - `minutes`: a list with an entry for each `bucket_s` seconds; `reports/summary/timeline.py: Minute`.
    - `moments`: the liveliest entries of `minutes`, by their index; `reports/summary/moments.py`.
    - `gifters`: the viewers who gave most: `event`, the `source_id` of a gift, `gifts` and `diamonds`. Names
      are in the event log only, until retention erases them.
    """

    session = models.OneToOneField(LiveSession, on_delete=models.CASCADE, related_name="summary")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    length_s = models.PositiveIntegerField(default=0)
    peak_viewers = models.PositiveIntegerField(null=True)
    messages = models.PositiveIntegerField(default=0)
    writers = models.PositiveIntegerField(default=0)
    gifts = models.PositiveBigIntegerField(default=0)
    diamonds = models.PositiveBigIntegerField(default=0)
    follows = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    subscriptions = models.PositiveIntegerField(default=0)
    likes = models.PositiveBigIntegerField(default=0)
    replies = models.PositiveIntegerField(default=0)
    heard_replies = models.PositiveIntegerField(default=0)
    blocked_replies = models.PositiveIntegerField(default=0)
    blocked_messages = models.PositiveIntegerField(default=0)
    careful_messages = models.PositiveIntegerField(default=0)
    # From a message to the first sound of its reply; half of the replies took no longer.
    median_wait_ms = models.PositiveIntegerField(null=True)
    bucket_s = models.PositiveIntegerField(default=60)
    minutes: "models.JSONField[list[Any]]" = models.JSONField(default=list, blank=True)
    moments: "models.JSONField[list[int]]" = models.JSONField(default=list, blank=True)
    gifters: "models.JSONField[list[dict[str, Any]]]" = models.JSONField(
        default=list, db_default=Value([], models.JSONField()), blank=True
    )

    objects: ClassVar[models.Manager["LiveSummary"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "live summaries"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return str(self.session_id)
