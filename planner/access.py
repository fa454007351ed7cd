"""The only door from a URL to a persona."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from planner.models import Persona
from tenants.http import TenantRequest


def get_persona_for(request: TenantRequest, persona_id: UUID) -> Persona:
    persona: Persona = get_object_or_404(Persona.objects.filter(tenant=request.tenant), id=persona_id)
    return persona
