from typing import Any

from django.db import transaction

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.rules import send_rules_to_lives
from livesessions.shows.services.voice_cache import warm_on_commit
from moderation.services import get_default_policy
from overlay.models import Overlay
from planner.services import get_default_persona
from speech.services.voices import get_default_voice
from tenants import audit
from tenants.models import Tenant


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
    show = Show(tenant=tenant, name=name, language=language, handle=handle.lstrip("@"), **settings)
    show.persona = get_default_persona(tenant=tenant, language=language)
    show.voice = get_default_voice(tenant=tenant, language=language)
    show.policy = get_default_policy(tenant=tenant, language=language)
    show.overlay = Overlay.objects.create(tenant=tenant)
    show.save()
    return show


@transaction.atomic
def change_show(*, show: Show, **changes: Any) -> Show:
    """Change some of a show's settings.

    A running live applies new rules and gift thresholds immediately, and ends if the show is now a TikTok
    Shop live.
    """
    before = audit.values_of(Show.objects.select_for_update().get(pk=show.pk), changes)
    for field, value in changes.items():
        setattr(show, field, value)
    show.save(update_fields=list(changes))
    if changed := audit.differences(before, audit.values_of(show, changes)):
        audit.record("show.changed", show, detail=changed)
    transaction.on_commit(lambda: send_rules_to_lives(LiveSession.objects.filter(show=show)))
    warm_on_commit(show.id)
    return show
