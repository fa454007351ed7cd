import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Language, Tenant


class Persona(models.Model):
    """Who the host is: its name, how it talks and in which language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(_("name"), max_length=100)
    system_prompt = models.TextField(_("character"))
    style: "models.JSONField[dict[str, float]]" = models.JSONField(_("style"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Persona"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return self.name
