from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants.models import Tenant, User


class CheckKind(models.TextChoices):
    """What is checked before a live goes on air, in the order of the checklist."""

    TIKTOK = "tiktok", _("Live on TikTok")
    STREAM = "stream", _("Stream accepted")
    OVERLAY = "overlay", _("Overlay heard")
    VOICE = "voice", _("Voice works")
    BADGE = "badge", _("AI badge on")
    KILL = "kill", _("Kill switch tested")
    LIMITS = "limits", _("Limits left")
    RULES = "rules", _("Rules read")


class PassedCheck(models.Model):
    """The last time that a check of a show was passed: when, by whom, and what was checked.

    `of` identifies what was checked, such as the rules' content; when that changes, the check is open again.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="passed_checks")
    kind = models.CharField(max_length=10, choices=CheckKind)
    of = models.CharField(max_length=160, blank=True)
    passed_at = models.DateTimeField()
    passed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager["PassedCheck"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "kind"], name="livesessions_a_check_is_passed_once")
        ]

    def __str__(self) -> str:
        return f"{self.show_id} · {self.kind}"


class WaivedCheck(models.Model):
    """A check that somebody waived when a live went on air."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="waived_checks")
    kind = models.CharField(max_length=10, choices=CheckKind)
    waived_at = models.DateTimeField()
    waived_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[models.Manager["WaivedCheck"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "kind"], name="livesessions_a_check_is_waived_once")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.kind}"
