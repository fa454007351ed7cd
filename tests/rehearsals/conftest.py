import pytest
from django_scopes import scope

from planner.models import Persona
from planner.services import PersonaTraits, create_persona
from tenants.models import Tenant


@pytest.fixture
def persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        return create_persona(tenant=tenant, traits=PersonaTraits("Nota", "Ami la musica.", "it"))
