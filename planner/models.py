import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from planner.stage.turn import ReplyLanguage
from tenants.models import Language, Tenant
from tenants.names import NAME_LENGTH, refuse_direction_controls


class Persona(models.Model):
    """A host's character: name, prompt, style and language."""

    class ReplyIn(models.TextChoices):
        SHOW = ReplyLanguage.SHOW, _("The language of the show")
        VIEWER = ReplyLanguage.VIEWER, _("The language each viewer writes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    system_prompt = models.TextField(_("character"))
    style: "models.JSONField[dict[str, float]]" = models.JSONField(_("style"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    reply_in = models.CharField(_("answers in"), max_length=10, choices=ReplyIn, default=ReplyIn.SHOW)
    forbidden_topics: "models.JSONField[list[str]]" = models.JSONField(
        _("topics to avoid"), default=list, blank=True
    )
    sample_lines: "models.JSONField[list[str]]" = models.JSONField(
        _("lines it would say"), default=list, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Persona"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return self.name
