import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Tenant
from tenants.names import NAME_LENGTH, refuse_direction_controls


class Policy(models.Model):
    """What viewers and the host may say in a show."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="policies")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    blocklist: "models.JSONField[list[str]]" = models.JSONField(_("blocked words"), default=list, blank=True)
    allowlist: "models.JSONField[list[str]]" = models.JSONField(_("allowed words"), default=list, blank=True)
    safe_mode = models.BooleanField(_("safe mode"), default=True)
    asks_model = models.BooleanField(_("a moderation model judges too"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Policy"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class ViewerRule(models.Model):
    """A viewer who is blocked, trusted or a moderator, in all lives of a tenant.

    The viewer is identified by a hash of the platform's user id, never by a name.
    """

    class Role(models.TextChoices):
        BLOCKED = "blocked", _("blocked")
        TRUSTED = "trusted", _("trusted")
        MODERATOR = "moderator", _("moderator")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="viewer_rules")
    viewer_hash = models.CharField(max_length=64)
    standing = models.CharField(_("standing"), max_length=10, choices=Role)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["ViewerRule"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "viewer_hash"], name="one_rule_a_viewer"),
        ]

    def __str__(self) -> str:
        return f"{self.standing} {self.viewer_hash[:8]}"
