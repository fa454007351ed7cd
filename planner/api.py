"""Personas in the REST API."""

from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from planner.access import get_persona_for
from planner.errors import PersonaInUse
from planner.models import Persona
from planner.serializers import PersonaChangeSerializer, PersonaSerializer
from planner.services import PersonaTraits, change_persona, create_persona, delete_persona
from tenants.api.operations import Operation, api_route
from tenants.api.paging import answer_page
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row
from tenants.models import Scope

PERSONA_IN_USE = Problem(
    PersonaInUse.code, PersonaInUse.status, "Shows use the persona. Choose another there."
)


@api_route(
    Operation(
        method="GET",
        name="list_personas",
        summary="List the personas, newest first",
        scope=Scope.READ,
        answer=PersonaSerializer,
        pages=True,
    ),
    Operation(
        method="POST",
        name="create_persona",
        summary="Create a persona",
        scope=Scope.WRITE,
        body=PersonaChangeSerializer,
        answer=PersonaSerializer,
        status=status.HTTP_201_CREATED,
    ),
)
def personas(request: Request) -> Response:
    tenant = tenant_request(request).tenant
    if request.method == "GET":
        rows = Persona.objects.filter(tenant=tenant).order_by("-created_at", "id")
        return answer_page(request, rows, PersonaSerializer)
    wanted = valid_input(PersonaChangeSerializer, request)
    row = create_persona(tenant=tenant, traits=PersonaTraits(**{"language": tenant.language, **wanted}))
    return answer_row(PersonaSerializer, row, request, status.HTTP_201_CREATED)


@api_route(
    Operation(
        method="GET",
        name="read_persona",
        summary="Read a persona",
        scope=Scope.READ,
        answer=PersonaSerializer,
    ),
    Operation(
        method="PATCH",
        name="change_persona",
        summary="Change a persona",
        description="Only the fields that are sent change. They apply from the next live.",
        scope=Scope.WRITE,
        body=PersonaChangeSerializer,
        answer=PersonaSerializer,
    ),
    Operation(
        method="DELETE",
        name="delete_persona",
        summary="Delete a persona that no show uses",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
        problems=[PERSONA_IN_USE],
    ),
)
def persona(request: Request, persona_id: UUID) -> Response:
    row = get_persona_for(tenant_request(request), persona_id)
    if request.method == "DELETE":
        delete_persona(persona=row)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PATCH":
        wanted = valid_input(PersonaChangeSerializer, request, changes=row)
        if "style" in wanted:
            wanted["style"] = {**row.style, **wanted["style"]}
        row = change_persona(persona=row, **wanted)
    return answer_row(PersonaSerializer, row, request)
