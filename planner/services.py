"""Creates, changes, copies and deletes personas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import ngettext

from planner.defaults import PERSONAS
from planner.errors import PersonaInUse
from planner.models import Persona
from tenants import audit
from tenants.locking import lock_row
from tenants.models import Tenant
from tenants.names import copy_name


@dataclass(frozen=True, slots=True)
class PersonaTraits:
    """A persona's editable fields. `style` holds slider values from 0 to 1, by trait."""

    name: str
    system_prompt: str
    language: str
    style: Mapping[str, float] = field(default_factory=dict)
    reply_in: str = Persona.ReplyIn.SHOW
    forbidden_topics: Sequence[str] = ()
    sample_lines: Sequence[str] = ()


def get_default_persona(*, tenant: Tenant, language: str) -> Persona:
    """Return the tenant's default persona for a language; create it on the first call."""
    default = PERSONAS[language]
    # A tenant may have given the same name to others since: the oldest is the default.
    known = Persona.objects.filter(tenant=tenant, name=default.name, language=language)
    persona: Persona | None = known.order_by("created_at").first()
    if persona is not None:
        return persona
    traits = PersonaTraits(default.name, default.system_prompt, language, style=default.style)
    return create_persona(tenant=tenant, traits=traits)


@transaction.atomic
def create_persona(*, tenant: Tenant, traits: PersonaTraits) -> Persona:
    persona = build_persona(tenant=tenant, traits=traits)
    persona.save()
    audit.record("persona.created", persona)
    return persona


def build_persona(*, tenant: Tenant, traits: PersonaTraits) -> Persona:
    """Return an unsaved persona, such as one that is being rehearsed."""
    return Persona(
        tenant=tenant,
        name=traits.name,
        system_prompt=traits.system_prompt,
        language=traits.language,
        style=dict(traits.style),
        reply_in=traits.reply_in,
        forbidden_topics=list(traits.forbidden_topics),
        sample_lines=list(traits.sample_lines),
    )


@transaction.atomic
def change_persona(*, persona: Persona, **changes: Any) -> Persona:
    """Set some of a persona's fields. A running live is not changed."""
    before = audit.values_of(lock_row(Persona.objects.all(), persona.pk), changes)
    for name, value in changes.items():
        setattr(persona, name, value)
    persona.save(update_fields=list(changes))
    if changed := audit.differences(before, audit.values_of(persona, changes)):
        audit.record("persona.changed", persona, detail=changed)
    return persona


@transaction.atomic
def duplicate_persona(*, persona: Persona) -> Persona:
    """Create a copy with a name that is new in the tenant."""
    taken = set(Persona.objects.filter(tenant=persona.tenant_id).values_list("name", flat=True))
    name = copy_name(persona.name, taken=taken)
    traits = PersonaTraits(
        name=name,
        system_prompt=persona.system_prompt,
        language=persona.language,
        style=persona.style,
        reply_in=persona.reply_in,
        forbidden_topics=persona.forbidden_topics,
        sample_lines=persona.sample_lines,
    )
    return create_persona(tenant=persona.tenant, traits=traits)


@transaction.atomic
def delete_persona(*, persona: Persona) -> None:
    """Delete a persona; raise `PersonaInUse` if a show uses it."""
    lock_row(Persona.objects.all(), persona.pk)  # no show can choose it from here on
    audit.record("persona.deleted", persona)
    try:
        persona.delete()
    except ProtectedError as error:
        raise _in_use(persona, sorted(str(row) for row in error.protected_objects)) from error


def _in_use(persona: Persona, shows: Sequence[str]) -> PersonaInUse:
    words = ngettext(
        "%(name)s hosts the show %(shows)s. Choose another persona for it first.",
        "%(name)s hosts the shows %(shows)s. Choose another persona for them first.",
        len(shows),
    )
    return PersonaInUse(words % {"name": persona.name, "shows": ", ".join(shows)}, shows=shows)
