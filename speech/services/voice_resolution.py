"""Resolves a voice profile to the voices of a live. It reads everything at once: no query follows later."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from speech.models import VoiceProfile
from speech.services.pronunciations import pronunciations_by_language
from speech.services.voices import Provider, has_shared, known_loudness, resolve_voice, voices_in_order
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import Loudness

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceOption:
    """One voice of a lineup.

    - `profile_id`: None for the offline voice that is every lineup's last.
    - `configured`: provider and voice id as the profile has them, before the defaults are filled in.
    - `credential`: the workspace's own key; None where the installation's is used, or none is needed.
    """

    profile_id: UUID | None
    configured: tuple[str, str]
    provider: str
    voice: VoiceSpec
    loudness: Loudness | None
    credential: TenantCredential | None

    @property
    def name(self) -> str:
        """The name in records and logs: provider/voice id."""
        return f"{self.provider}/{self.voice.voice_id}"


@dataclass(frozen=True, slots=True)
class VoiceLineup:
    """A show's voices in the order in which they are tried, and pronunciations by language."""

    options: tuple[VoiceOption, ...]
    pronunciations: Mapping[str, Mapping[str, str]]
    tenant_id: UUID

    def pronunciations_in(self, language: str) -> Mapping[str, str]:
        """Return how words are said in a language: written, in lower case, to spoken."""
        return self.pronunciations.get(language[:2], self.pronunciations.get("", {}))


def resolve_voices(profile: VoiceProfile, *, with_backups: bool = True) -> VoiceLineup:
    """Return a profile's voices in the order in which they are tried.

    These are its own, its backups and the offline voice. Without backups it is the profile's own voice only,
    or none when its key is missing.
    """
    keys = readable_credentials(profile.tenant_id, Credential.Kind.VOICE)
    readable = {provider for provider, key in keys.items() if key is not None}
    options = []
    for each in voices_in_order(profile) if with_backups else [profile]:
        provider, voice = resolve_voice(each, readable)
        credential = keys.get(provider)
        if provider in keys and credential is None:
            logger.warning("own key unreadable, voice skipped: provider=%s", provider)
            continue
        # A voice without a key is skipped; it is back as soon as there is one.
        if credential is not None or has_shared(provider):
            configured = (each.provider, each.voice_id)
            options.append(
                VoiceOption(each.id, configured, provider, voice, known_loudness(each), credential)
            )
    if with_backups and all(option.provider != Provider.ESPEAK for option in options):
        options.append(_offline(profile.language))
    return VoiceLineup(tuple(options), pronunciations_by_language(profile.tenant_id), profile.tenant_id)


def _offline(language: str) -> VoiceOption:
    provider, voice = resolve_voice(VoiceProfile(provider=Provider.ESPEAK, language=language))
    return VoiceOption(None, (provider, voice.voice_id), provider, voice, None, None)
