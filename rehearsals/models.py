import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.shows import Show
from tenants.models import Tenant


class Rehearsal(models.Model):
    """A simulated live of a show against a recorded or simulated chat, and its report."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="rehearsals")
    # The key of a sample chat, or the name of the uploaded file.
    chat = models.CharField(_("chat"), max_length=100)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    # By status: the uploaded chat (waiting), the start time (running), the report of `make_report` (done),
    # the fault (failed).
    report: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Rehearsal"]] = ScopedManager(tenant="tenant")

    class Meta:
        db_table = "livesessions_rehearsal"  # the model was in `livesessions` once; its rows stay in place
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.show_id} · {self.chat}"
