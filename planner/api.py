"""Personas in the REST API."""

from rest_framework.request import Request

from planner.access import get_persona_for
from planner.errors import PersonaInUse
from planner.models import Persona
from planner.serializers import PersonaChangeSerializer, PersonaSerializer
from planner.services import PersonaTraits, change_persona, create_persona, delete_persona
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.resources import Resource


def _create(request: Request) -> Persona:
    tenant, wanted = tenant_request(request).tenant, valid_input(PersonaChangeSerializer, request)
    return create_persona(tenant=tenant, traits=PersonaTraits(**{"language": tenant.language, **wanted}))


def _change(request: Request, persona: Persona) -> Persona:
    wanted = valid_input(PersonaChangeSerializer, request, changes=persona)
    if "style" in wanted:
        wanted["style"] = {**persona.style, **wanted["style"]}
    return change_persona(persona=persona, **wanted)


PERSONAS = Resource(
    noun="persona",
    plural="personas",
    answer=PersonaSerializer,
    body=PersonaChangeSerializer,
    rows=lambda tenant: Persona.objects.filter(tenant=tenant).order_by("-created_at", "id"),
    find=get_persona_for,
    create=_create,
    change=_change,
    delete=lambda persona: delete_persona(persona=persona),
    delete_summary="Delete a persona that no show uses",
    delete_problems=[
        Problem(PersonaInUse.code, PersonaInUse.status, "Shows use the persona. Choose another there.")
    ],
)
personas, persona = PERSONAS.list_route(), PERSONAS.row_route()
