"""Signals that ask the apps above about the uses of personas."""

from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal

from tenants.models import Language


@dataclass(frozen=True, slots=True)
class PersonaUse:
    """One thing that a persona hosts, such as a show: its id and name, the page where it is edited."""

    id: UUID
    name: str
    address: str
    persona_id: UUID
    language: Language

    @property
    def language_name(self) -> str:
        return str(self.language.label)


# Arguments: tenant. A receiver returns a list of `PersonaUse`: all of the tenant's that it knows, by name.
persona_uses_asked = Signal()
