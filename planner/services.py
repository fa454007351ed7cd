from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext

from planner.defaults import PERSONAS
from planner.errors import PersonaInUse
from planner.models import Persona
from tenants import audit
from tenants.models import Tenant

NAME_LENGTH = 100
ROOM_FOR_COPY = 20


@dataclass(frozen=True, slots=True)
class PersonaTraits:
    """What makes a persona. `style` holds 0..1 sliders by name."""

    name: str
    system_prompt: str
    language: str
    style: Mapping[str, float] = field(default_factory=dict)
    reply_in: str = Persona.ReplyIn.SHOW
    forbidden_topics: Sequence[str] = ()
    sample_lines: Sequence[str] = ()


def get_default_persona(*, tenant: Tenant, language: str) -> Persona:
    """Return the tenant's ready-made persona for a language, making it the first time."""
    default = PERSONAS[language]
    # A tenant may have several of that name by now: the first is the one that was made for it.
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
    """Return a persona that is not stored, such as one that is being tried out."""
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
    """Set some of a persona's fields; a live that is on air goes on as it began."""
    before = audit.values_of(Persona.objects.get(pk=persona.pk), changes)
    for name, value in changes.items():
        setattr(persona, name, value)
    persona.save(update_fields=list(changes))
    if changed := audit.differences(before, audit.values_of(persona, changes)):
        audit.record("persona.changed", persona, detail=changed)
    return persona


@transaction.atomic
def duplicate_persona(*, persona: Persona) -> Persona:
    """Make a copy under a name that the tenant has not used yet."""
    taken = set(Persona.objects.filter(tenant=persona.tenant_id).values_list("name", flat=True))
    name = next(name for name in _copy_names(persona.name) if name not in taken)
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


def _copy_names(name: str) -> Iterator[str]:
    stem = name[: NAME_LENGTH - ROOM_FOR_COPY]
    yield gettext("%(name)s (copy)") % {"name": stem}
    for number in count(2):
        yield gettext("%(name)s (copy %(number)d)") % {"name": stem, "number": number}


@transaction.atomic
def delete_persona(*, persona: Persona) -> None:
    """Delete a persona; raise `PersonaInUse` while a show is hosted by it."""
    audit.record("persona.deleted", persona)
    try:
        persona.delete()
    except ProtectedError as error:
        shows = sorted(str(row) for row in error.protected_objects)
        words = gettext("This persona hosts shows: %(shows)s. Give them another persona first.")
        raise PersonaInUse(words % {"shows": ", ".join(shows)}, shows=shows) from error
