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
    # The host speaks more seldom the faster the chat runs: every `min` in a calm one, `max` in a rush.
    cooldown_min_s = models.FloatField(
        _("seconds between answers in a calm chat"),
        default=3.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
    )
    cooldown_max_s = models.FloatField(
        _("seconds between answers in a busy chat"),
        default=5.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
    )
    answers_per_viewer = models.PositiveSmallIntegerField(
        _("answers a viewer gets in five minutes"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    answers_per_minute = models.PositiveSmallIntegerField(
        _("answers a minute at most"), default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    thanks_per_minute = models.PositiveSmallIntegerField(
        _("thanks a minute at most"), default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    asks_model = models.BooleanField(_("a moderation model judges too"), default=True)
    holds_replies = models.BooleanField(_("hold every answer until somebody approves it"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Policy"]] = ScopedManager(tenant="tenant")

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class ViewerRule(models.Model):
    """One viewer whom a tenant's hosts never answer, whom they trust, or from whom they take orders.

    Known by a hash of the platform's user id, never by a name.
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
