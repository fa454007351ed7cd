from typing import Any

from django.db import transaction

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.rules import tell_lives_of_rules
from livesessions.shows.services.warming import warm_once_stored
from moderation.services import get_default_policy
from overlay.models import Overlay
from planner.services import get_default_persona
from speech.services.voices import get_default_voice
from tenants.models import Tenant


def create_show(*, tenant: Tenant, name: str, language: str, handle: str = "", **settings: Any) -> Show:
    """Make a show that can go on air at once: the defaults of its language speak for it."""
    show = make_show(tenant=tenant, name=name, language=language, handle=handle, **settings)
    warm_once_stored(show.id)
    return show


@transaction.atomic
def make_show(*, tenant: Tenant, name: str, language: str, handle: str = "", **settings: Any) -> Show:
    """Make such a show without anything being paid for it: it is a start, and nobody has saved it yet."""
    show = Show(tenant=tenant, name=name, language=language, handle=handle.lstrip("@"), **settings)
    show.persona = get_default_persona(tenant=tenant, language=language)
    show.voice = get_default_voice(tenant=tenant, language=language)
    show.policy = get_default_policy(tenant=tenant, language=language)
    show.overlay = Overlay.objects.create(tenant=tenant)
    show.save()
    return show


def change_show(*, show: Show, **changes: Any) -> Show:
    """Set some of a show's settings; a live that is on air takes its rules and gift thresholds in at once.

    One that is a shop's from now on ends.
    """
    for field, value in changes.items():
        setattr(show, field, value)
    show.save(update_fields=list(changes))
    transaction.on_commit(lambda: tell_lives_of_rules(LiveSession.objects.filter(show=show)))
    warm_once_stored(show.id)
    return show
