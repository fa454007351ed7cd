import pytest
from django_scopes import scope

from speech.models import Pronunciation, VoiceProfile
from speech.services.pronunciations import add_pronunciation
from speech.services.voices import Provider, create_voice
from tenants.models import Tenant


@pytest.fixture
def voice(tenant: Tenant) -> VoiceProfile:
    with scope(tenant=tenant):
        return create_voice(tenant=tenant, name="Nota", provider=Provider.ESPEAK, language="it")


@pytest.fixture
def pronunciation(tenant: Tenant) -> Pronunciation:
    with scope(tenant=tenant):
        return add_pronunciation(tenant=tenant, written="Nike", spoken="naichi")
