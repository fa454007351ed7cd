from planner.defaults import PERSONAS
from planner.models import Persona
from tenants.models import Tenant


def get_default_persona(*, tenant: Tenant, language: str) -> Persona:
    """Return the tenant's ready-made persona for a language, making it the first time."""
    default = PERSONAS[language]
    persona: Persona
    persona, _ = Persona.objects.get_or_create(
        tenant=tenant,
        name=default.name,
        language=language,
        defaults={"system_prompt": default.system_prompt, "style": dict(default.style)},
    )
    return persona
