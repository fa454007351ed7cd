"""What a workspace should do next, until its first live has been heard."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from livesessions.models.checks import CheckKind, PassedCheck
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from rehearsals.models import Rehearsal
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class NextStep:
    """One line of the list: whether it is done, what it is for, and the page where it is done."""

    title: str
    text: str
    url: str
    link: str
    is_done: bool

    @property
    def state(self) -> str:
        return "done" if self.is_done else "open"


def next_steps(tenant: Tenant, show: Show | None) -> list[NextStep]:
    """Return the first steps with a show, in order; none once all are done. Three queries."""
    if show is None:
        return []
    lives = LiveSession.objects.filter(tenant=tenant)
    steps = [
        NextStep(
            _("Hear your host"),
            _("Choose who hosts %(show)s and press Play.") % {"show": show.name},
            reverse("website:show_host", args=[show.id]),
            _("Hear your host"),
            _was_heard(tenant),
        ),
        NextStep(
            _("Rehearse"),
            _("Simulate a whole live in seconds, with no audience."),
            reverse("rehearsals:rehearsal_list", args=[show.id]),
            _("Rehearse"),
            Rehearsal.objects.filter(tenant=tenant).exists()
            or lives.filter(started_at__isnull=False).exists(),
        ),
        NextStep(
            _("Put the overlay in OBS"),
            _("Your viewers hear and see your host through it. Five minutes, once."),
            reverse("livesessions:show_setup", args=[show.id]),
            _("Put it in OBS"),
            PassedCheck.objects.filter(tenant=tenant, kind=CheckKind.OVERLAY).exists(),
        ),
        NextStep(
            _("Add your TikTok handle"),
            _("Then the host reads the chat of your lives."),
            reverse("livesessions:show_edit", args=[show.id]),
            _("Add your handle"),
            bool(show.handle),
        ),
    ]
    return [] if all(step.is_done for step in steps) else steps


def _was_heard(tenant: Tenant) -> bool:
    return PassedCheck.objects.filter(tenant=tenant, kind__in=[CheckKind.VOICE, CheckKind.OVERLAY]).exists()
