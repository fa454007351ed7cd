"""The only doors from a URL to a voice and to a pronunciation."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from speech.models import Pronunciation, VoiceProfile
from tenants.http import TenantRequest


def get_voice_for(request: TenantRequest, voice_id: UUID) -> VoiceProfile:
    voices = VoiceProfile.objects.filter(tenant=request.tenant).select_related("tenant", "backup")
    voice: VoiceProfile = get_object_or_404(voices, id=voice_id)
    return voice


def get_word_for(request: TenantRequest, word_id: UUID) -> Pronunciation:
    word: Pronunciation = get_object_or_404(Pronunciation.objects.filter(tenant=request.tenant), id=word_id)
    return word
