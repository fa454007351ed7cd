"""Which steps the set-up wizard has, and where a workspace is in them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant
from website.models import Onboarding


class SetupStep(StrEnum):
    """A step of the wizard, in their order."""

    YOU = "you"
    HANDLE = "handle"
    HOST = "host"
    RULES = "rules"
    OVERLAY = "overlay"


NAMES: dict[SetupStep, Any] = {
    SetupStep.YOU: _("You"),
    SetupStep.HANDLE: _("TikTok"),
    SetupStep.HOST: _("Host"),
    SetupStep.RULES: _("Rules"),
    SetupStep.OVERLAY: _("Overlay"),
}


@dataclass(frozen=True, slots=True)
class StepLink:
    """A step as the wizard's head shows it."""

    name: Any
    url: str
    is_done: bool
    is_current: bool


def url_of(step: SetupStep | None) -> str:
    """Return the address of a step; of the rehearsal for None."""
    return reverse(f"website:start_{step}") if step else reverse("website:rehearsal")


def links(tenant: Tenant, current: SetupStep | None) -> list[StepLink]:
    done = steps_done(tenant)
    return [StepLink(NAMES[step], url_of(step), step in done, step is current) for step in SetupStep]


def steps_done(tenant: Tenant) -> set[str]:
    row = Onboarding.objects.filter(tenant=tenant).first()
    return set(row.steps_done) if row else set()


def first_open_step(tenant: Tenant) -> SetupStep | None:
    """Return the first step that was neither saved nor skipped; None when only the rehearsal is left."""
    done = steps_done(tenant)
    return next((step for step in SetupStep if step not in done), None)


def step_after(step: SetupStep) -> SetupStep | None:
    steps = list(SetupStep)
    return next(iter(steps[steps.index(step) + 1 :]), None)


def is_finished(tenant: Tenant) -> bool:
    return Onboarding.objects.filter(tenant=tenant, finished_at__isnull=False).exists()


def mark_done(tenant: Tenant, step: SetupStep) -> None:
    row, _created = Onboarding.objects.get_or_create(tenant=tenant)
    if step not in row.steps_done:
        row.steps_done = [*row.steps_done, step.value]
        row.save(update_fields=["steps_done"])


def finish(tenant: Tenant) -> None:
    Onboarding.objects.get_or_create(tenant=tenant)
    Onboarding.objects.filter(tenant=tenant, finished_at=None).update(finished_at=timezone.now())
