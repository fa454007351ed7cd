import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from providers.fields import EncryptedTextField
from tenants.models import Tenant


class Credential(models.Model):
    """A workspace's own key for an outside service. Only its ciphertext is stored, and how it ends."""

    class Kind(models.TextChoices):
        """What a key is for. A new kind is one more line here and a migration of the choices."""

        VOICE = "voice", _("Voice")
        STREAM = "stream", _("Stream")

    class CheckResult(models.TextChoices):
        """What the service said when the key was last tried."""

        WORKS = "works", _("It works")
        REFUSED = "refused", _("The service refused the key")
        FAILED = "failed", _("The service did not answer as it should")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # Named by the app that the kind belongs to.
    provider = models.CharField(_("provider"), max_length=40)
    label = models.CharField(_("label"), max_length=60, blank=True)
    secret = EncryptedTextField()
    last_four = models.CharField(max_length=4, blank=True, editable=False)
    region = models.CharField(_("region"), max_length=40, blank=True)
    base_url = models.CharField(_("address"), max_length=200, blank=True)
    # Empty before the key has been tried.
    check_result = models.CharField(max_length=20, choices=CheckResult, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    # Of the key itself, not of a check: it tells versions of a key apart.
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["Credential"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "provider"], name="providers_one_credential_a_provider"
            )
        ]

    def __str__(self) -> str:
        name = self.label or self.provider
        return f"{name} …{self.last_four}" if self.last_four else name
