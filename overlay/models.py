import secrets
import uuid
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django_scopes import ScopedManager

from overlay.layout import Layout, clean_layout
from tenants.models import Tenant


def make_token() -> str:
    """Return 192 random bits as 32 characters that fit in a URL."""
    return secrets.token_urlsafe(24)


def picture_path(overlay: "Overlay", name: str) -> str:
    """Return the storage path of a picture: a new random name each time, so that browsers may cache it."""
    return f"overlays/{overlay.id}/{secrets.token_hex(8)}.{name.rpartition('.')[2]}"


class Overlay(models.Model):
    """The page that a streamer opens in OBS. Its URL stays the same until the token is rotated."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="overlays")
    token = models.CharField(max_length=64, unique=True, default=make_token, editable=False)
    rotated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # As it was saved; read it through `whole_layout`.
    layout: "models.JSONField[Any]" = models.JSONField(default=dict, blank=True)
    avatar_picture = models.FileField(upload_to=picture_path, blank=True)

    objects: ClassVar[models.Manager["Overlay"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return str(self.id)

    @property
    def picture_url(self) -> str:
        """The URL of the custom avatar; empty if there is none."""
        if not self.avatar_picture:
            return ""
        stem, _, kind = str(self.avatar_picture.name).rpartition("/")[2].partition(".")
        return reverse("overlay:avatar", args=[self.id, stem, kind])

    @property
    def whole_layout(self) -> Layout:
        return clean_layout(self.layout, picture=self.picture_url)
