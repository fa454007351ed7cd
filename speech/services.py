from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, override

from speech.defaults import DEFAULT_VOICES
from speech.models import VoiceProfile
from speech.stage.ports import Voice
from speech.stage.sound import Loudness
from tenants.models import Tenant

Provider = VoiceProfile.Provider
MAX_VOICES = 4


def get_default_voice(*, tenant: Tenant, language: str) -> VoiceProfile:
    """Return the tenant's ready-made voice for a language, making it the first time."""
    with override(language):
        name = gettext("Host's voice")
    voice: VoiceProfile
    voice, _ = VoiceProfile.objects.get_or_create(
        tenant=tenant, provider=Provider.AUTO, language=language, defaults={"name": name}
    )
    return voice


def resolve_voice(profile: VoiceProfile) -> tuple[str, Voice]:
    """Return which provider speaks for a profile here and now, and the voice to ask it for."""
    provider = _best_provider() if profile.provider == Provider.AUTO else profile.provider
    by_language = DEFAULT_VOICES[provider]
    fallback = by_language.get(profile.language, by_language["en"])
    voice_id = profile.voice_id or fallback.voice_id
    return provider, Voice(voice_id, profile.language, speed=profile.speed, pitch=profile.pitch)


def voices_in_order(profile: VoiceProfile) -> list[VoiceProfile]:
    """Return a voice and those that stand in for it, each once. One query for each further one."""
    chain: list[VoiceProfile] = []
    voice: VoiceProfile | None = profile
    while voice is not None and voice not in chain and len(chain) < MAX_VOICES:
        chain.append(voice)
        voice = voice.backup
    return chain


def keep_loudness(*, profile_id: UUID, loudness: Loudness) -> None:
    """Write down how loud a voice has turned out to be."""
    VoiceProfile.objects.filter(id=profile_id).update(
        loudness_lufs=loudness.lufs, loudness_heard_s=loudness.heard_s
    )


def known_loudness(profile: VoiceProfile) -> Loudness | None:
    """Return how loud a voice is by nature; None while nobody has heard it."""
    if profile.loudness_lufs is None:
        return None
    return Loudness(profile.loudness_lufs, profile.loudness_heard_s)


def _best_provider() -> str:
    if settings.ELEVENLABS_API_KEY:
        return Provider.ELEVENLABS
    if settings.OPENAI_API_KEY:
        return Provider.OPENAI
    return Provider.ESPEAK
