from typing import ClassVar

from django.db import models
from django_scopes import ScopedManager

from tenants.models import Tenant


class Onboarding(models.Model):
    """How far a workspace has come in the set-up wizard. A workspace without a row has not begun.

    `steps_done`: the names of the steps that were saved or skipped. `finished_at`: when the host was heard or
    the wizard was closed for good.
    """

    tenant = models.OneToOneField(
        Tenant, on_delete=models.CASCADE, primary_key=True, related_name="onboarding"
    )
    steps_done: "models.JSONField[list[str]]" = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Onboarding"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return f"{self.tenant_id} · {len(self.steps_done)}"
