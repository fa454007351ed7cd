"""What the wizard writes: to the workspace and to its first show."""

from django.db import transaction

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from livesessions.shows.services.shows import change_show, create_show
from moderation.services import change_policy, get_default_policy
from planner.models import Persona
from planner.presets import Preset
from planner.services import PersonaTraits, create_persona, get_default_persona
from speech.services.voices import get_default_voice
from tenants.models import Tenant

REHEARSAL_RATE_PER_MINUTE = 14.0  # a chat that can be followed


def first_show(tenant: Tenant) -> Show:
    """Return the show that the wizard sets up: the workspace's oldest; create one if there is none."""
    shows = Show.objects.filter(tenant=tenant, archived_at=None)
    show: Show | None = (
        shows.select_related("persona", "voice", "policy", "overlay").order_by("created_at").first()
    )
    return show or create_show(tenant=tenant, name=tenant.name, language=tenant.language)


@transaction.atomic
def set_language(*, tenant: Tenant, language: str) -> None:
    """Have the first show speak a language, with that language's host, voice and rules.

    A show that has been on air stays in its language, as its lives are; a new one is created beside it.
    """
    show = first_show(tenant)
    if show.language == language:
        return
    if LiveSession.objects.filter(show=show, started_at__isnull=False).exists():
        create_show(tenant=tenant, name=show.name, language=language)
        return
    change_show(
        show=show,
        language=language,
        persona=get_default_persona(tenant=tenant, language=language),
        voice=get_default_voice(tenant=tenant, language=language),
        policy=get_default_policy(tenant=tenant, language=language),
    )


@transaction.atomic
def choose_host(*, show: Show, preset: Preset | None) -> Persona:
    """Give the show a preset's persona, or the default one; a preset is copied once."""
    persona = _persona_of(show, preset)
    if show.persona_id != persona.id:
        change_show(show=show, persona=persona)
    return persona


def _persona_of(show: Show, preset: Preset | None) -> Persona:
    if preset is None:
        return get_default_persona(tenant=show.tenant, language=show.language)
    known = Persona.objects.filter(tenant=show.tenant, name=preset.name, language=preset.language)
    traits = PersonaTraits(
        name=preset.name,
        system_prompt=preset.prompt,
        language=preset.language,
        style=preset.style,
        forbidden_topics=preset.forbidden_topics,
        sample_lines=preset.sample_lines,
    )
    return known.order_by("created_at").first() or create_persona(tenant=show.tenant, traits=traits)


@transaction.atomic
def set_rules(*, show: Show, safe_mode: bool, holds_replies: bool) -> None:
    change_policy(policy=show.policy, safe_mode=safe_mode)
    change_show(show=show, holds_replies=holds_replies)


def open_rehearsal(show: Show) -> LiveSession | None:
    """Return the show's live with a simulated chat that has not ended."""
    return open_live(show, source=LiveSession.Source.SIMULATOR)


def open_live(show: Show, **filters: str) -> LiveSession | None:
    session: LiveSession | None = (
        LiveSession.objects.filter(show=show, **filters).exclude(status=LiveSession.Status.ENDED).first()
    )
    return session


def start_rehearsal(*, show: Show) -> LiveSession:
    """Start a live with a simulated chat, or return the one that runs.

    Raise `SessionConflict` while the show is live with a real chat.
    """
    session = open_rehearsal(show) or create_session(
        show=show,
        source=LiveSession.Source.SIMULATOR,
        source_options={"rate_per_minute": REHEARSAL_RATE_PER_MINUTE},
    )
    return start_session(session=session)
