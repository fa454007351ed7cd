import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Tenant


class Policy(models.Model):
    """What may be said in a show, by viewers and by the host, and how often the host speaks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="policies")
    name = models.CharField(_("name"), max_length=100)
    blocklist: "models.JSONField[list[str]]" = models.JSONField(_("blocked words"), default=list, blank=True)
    allowlist: "models.JSONField[list[str]]" = models.JSONField(_("allowed words"), default=list, blank=True)
    safe_mode = models.BooleanField(_("safe mode"), default=True)
    cooldown_s = models.FloatField(
        _("seconds between replies"),
        default=4.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Policy"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class ViewerRule(models.Model):
    """One viewer whom a tenant's hosts never answer, or whom they trust; known by a hash of their id."""

    class Standing(models.TextChoices):
        BLOCKED = "blocked", _("blocked")
        TRUSTED = "trusted", _("trusted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="viewer_rules")
    viewer_hash = models.CharField(max_length=64)
    standing = models.CharField(_("standing"), max_length=7, choices=Standing)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["ViewerRule"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "viewer_hash"], name="one_rule_a_viewer"),
        ]

    def __str__(self) -> str:
        return f"{self.standing} {self.viewer_hash[:8]}"
