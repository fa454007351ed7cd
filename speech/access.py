"""The only doors from a URL to a voice and to a pronunciation."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from speech.models import Pronunciation, VoiceProfile
from tenants.http import TenantRequest


def get_voice_for(request: TenantRequest, voice_id: UUID) -> VoiceProfile:
    voices = VoiceProfile.objects.filter(tenant=request.tenant).select_related("tenant", "backup")
    voice: VoiceProfile = get_object_or_404(voices, id=voice_id)
    return voice


def get_pronunciation_for(request: TenantRequest, pronunciation_id: UUID) -> Pronunciation:
    pronunciations = Pronunciation.objects.filter(tenant=request.tenant)
    pronunciation: Pronunciation = get_object_or_404(pronunciations, id=pronunciation_id)
    return pronunciation
