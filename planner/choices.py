"""The personas from which a show chooses its host."""

from dataclasses import dataclass

from django.utils.translation import gettext, override

from planner.models import Persona
from tenants.models import Language, Tenant


@dataclass(frozen=True, slots=True)
class PersonaChoice:
    """A persona in a picker: a line that it would say, and whether it was written in the show's language."""

    persona: Persona
    sample: str
    fits: bool

    @property
    def language_name(self) -> str:
        return str(Language(self.persona.language).label)


def persona_choices(*, tenant: Tenant, language: str) -> list[PersonaChoice]:
    """Return a tenant's personas, those in the language first, the oldest first. One query."""
    personas = Persona.objects.filter(tenant=tenant).order_by("created_at", "id")
    choices = [
        PersonaChoice(persona, sample_line(persona, language), persona.language == language)
        for persona in personas
    ]
    return sorted(choices, key=lambda choice: not choice.fits)


def sample_line(persona: Persona, language: str) -> str:
    """Return what a persona is heard with: its first sample line, or how it introduces itself.

    `language`: the show's, which the voice speaks. A sample line in another language is left out.
    """
    if persona.sample_lines and persona.language == language:
        return str(persona.sample_lines[0])
    with override(language):
        return gettext("Hi, I'm %(name)s! Good to see you here. Tell me: where are you watching from?") % {
            "name": persona.name
        }
