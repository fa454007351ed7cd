from collections.abc import Mapping
from typing import Any

from django.db import transaction

from encoder.readiness import require_managed_mode
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.rules import send_rules_to_lives
from livesessions.shows.errors import choice_is_gone
from livesessions.shows.services.voice_cache import warm_on_commit
from moderation.models import Policy
from moderation.services import get_default_policy
from overlay.models import Overlay
from planner.models import Persona
from planner.services import get_default_persona
from speech.models import VoiceProfile
from speech.services.voices import get_default_voice
from tenants import audit
from tenants.locking import lock_as_used, lock_row
from tenants.models import Tenant

# What a show uses of its workspace, and what therefore cannot be deleted.
CHOSEN: dict[str, Any] = {"persona": Persona, "voice": VoiceProfile, "policy": Policy}


@transaction.atomic
def create_show(*, tenant: Tenant, name: str, language: str, handle: str = "", **settings: Any) -> Show:
    """Create a show with the default persona, voice and rules of its language, ready to go live."""
    show = make_show(tenant=tenant, name=name, language=language, handle=handle, **settings)
    audit.record("show.created", show)
    warm_on_commit(show.id)
    return show


@transaction.atomic
def make_show(*, tenant: Tenant, name: str, language: str, handle: str = "", **settings: Any) -> Show:
    """Create such a show without recording its recurring lines, which may cost money."""
    if settings.get("mode") == Show.Mode.MANAGED:
        require_managed_mode(tenant.id)
    show = Show(tenant=tenant, name=name, language=language, handle=handle.lstrip("@"), **settings)
    show.persona = get_default_persona(tenant=tenant, language=language)
    show.voice = get_default_voice(tenant=tenant, language=language)
    show.policy = get_default_policy(tenant=tenant, language=language)
    _require_chosen({name: getattr(show, name) for name in CHOSEN})
    show.overlay = Overlay.objects.create(tenant=tenant)
    show.save()
    return show


def _require_chosen(changes: Mapping[str, Any]) -> None:
    """Keep what a show is about to use from being deleted until it is stored; raise `ShowConflict`."""
    for name, model in CHOSEN.items():
        if name in changes and not lock_as_used(model.objects.all(), changes[name].pk):
            raise choice_is_gone()


@transaction.atomic
def change_show(*, show: Show, **changes: Any) -> Show:
    """Change some of a show's settings.

    A running live applies new rules and gift thresholds immediately, and ends if the show is now a TikTok
    Shop live. Raise `ShowConflict` when a chosen persona, voice or policy was deleted in the same instant,
    `PlanRefused` for managed mode that the plan does not have.
    """
    before = audit.values_of(lock_row(Show.objects.all(), show.pk), changes)
    _require_chosen(changes)
    if changes.get("mode") == Show.Mode.MANAGED:
        require_managed_mode(show.tenant_id)
    for field, value in changes.items():
        setattr(show, field, value)
    show.save(update_fields=list(changes))
    if changed := audit.differences(before, audit.values_of(show, changes)):
        audit.record("show.changed", show, detail=changed)
    transaction.on_commit(lambda: send_rules_to_lives(LiveSession.objects.filter(show=show)))
    warm_on_commit(show.id)
    return show
