import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User


class Kill(models.Model):
    """The press of the kill switch that ended a live: who pressed it, where and when."""

    class Way(models.TextChoices):
        CONSOLE = "console", _("Console")
        API = "api", _("API")
        STAFF = "staff", _("Staff")
        LINK = "link", _("Emergency link")

    session = models.OneToOneField(LiveSession, on_delete=models.CASCADE, related_name="kill")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    pressed_at = models.DateTimeField()
    pressed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # The name of the API token or of the emergency link.
    label = models.CharField(max_length=100, blank=True)
    # The names of the parts that have to stop, and how many overlay pages were open; null: not known.
    parts: "models.JSONField[list[str]]" = models.JSONField(default=list)
    open_pages = models.PositiveSmallIntegerField(null=True)

    objects: ClassVar[models.Manager["Kill"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-pressed_at"]

    def __str__(self) -> str:
        return f"{self.way} {self.session_id}"


class StopAcknowledgement(models.Model):
    """A part of a live reports that it has stopped: one row for each overlay page, worker or other source."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="stop_acknowledgements")
    part = models.CharField(max_length=20)
    source = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["StopAcknowledgement"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "part", "source"], name="livesessions_a_part_stops_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.session_id}"


class EmergencyLink(models.Model):
    """A secret address that ends the lives of a workspace, or of one show, without a log-in.

    Only the token's hash is stored; the address is shown once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="emergency_links")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["EmergencyLink"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
