"""Resolves a voice profile to the voices of a live. It reads everything at once: no query follows later."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from speech.models import VoiceProfile
from speech.services.plan_voices import included_voices
from speech.services.pronunciations import pronunciations_by_language
from speech.services.voices import (
    EMBEDDED,
    Provider,
    embedded_for,
    has_shared,
    known_loudness,
    name_of,
    resolve_voice,
    voice_in_language,
    voices_in_order,
)
from speech.stage.capabilities import capabilities_of
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import Loudness

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VoiceOption:
    """One voice of a lineup.

    - `profile_id`: None for the built-in voices that end every lineup.
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
        return name_of(self.provider, self.voice)

    @property
    def is_chosen(self) -> bool:
        """Whether somebody chose this provider, or it is better than the embedded ones."""
        is_by_name = self.profile_id is not None and self.configured[0] == self.provider
        return is_by_name or self.provider not in EMBEDDED


@dataclass(frozen=True, slots=True)
class VoiceLineup:
    """A show's voices in the order in which they are tried, and pronunciations by language."""

    options: tuple[VoiceOption, ...]
    pronunciations: Mapping[str, Mapping[str, str]]
    tenant_id: UUID

    def pronunciations_in(self, language: str) -> Mapping[str, str]:
        """Return how words are said in a language: written, in lower case, to spoken."""
        return self.pronunciations.get(language[:2], self.pronunciations.get("", {}))

    def in_language(self, language: str) -> "VoiceLineup":
        """Return the voices for texts in another language: the chosen ones, then the embedded ones."""
        spoken = [_in_language(option, language) for option in self.options if option.is_chosen]
        options = [option for option in spoken if option is not None]
        present = {option.provider for option in options}
        last = [provider for provider in embedded_for(language) if provider not in present]
        return replace(self, options=(*options, *(self._embedded(provider, language) for provider in last)))

    def _embedded(self, provider: Provider, language: str) -> VoiceOption:
        first, embedded = self.options[0], _embedded(provider, language)
        if first.provider not in EMBEDDED:
            return embedded
        # The show speaks with a built-in voice: the other language keeps its speed and pitch.
        voice = replace(embedded.voice, speed=first.voice.speed, pitch=first.voice.pitch)
        return replace(embedded, voice=voice)


def resolve_voices(profile: VoiceProfile, *, with_backups: bool = True) -> VoiceLineup:
    """Return a profile's voices in the order in which they are tried.

    These are its own, its backups and the built-in voices. Without backups it is the profile's own voice
    only, or none when its key is missing or the plan does not include it.
    """
    keys = readable_credentials(profile.tenant_id, Credential.Kind.VOICE)
    readable = {provider for provider, key in keys.items() if key is not None}
    includes = included_voices(profile.tenant_id)
    options = []
    for each in voices_in_order(profile) if with_backups else [profile]:
        provider, voice = resolve_voice(each, readable, includes)
        credential = keys.get(provider)
        if provider in keys and credential is None:
            logger.warning("own key unreadable, voice skipped: provider=%s", provider)
            continue
        # A voice without a key, or that the plan does not include, is skipped; it is back when that changes.
        if credential is not None or (has_shared(provider) and includes(provider)):
            configured = (each.provider, each.voice_id)
            loudness = known_loudness(each, name_of(provider, voice))
            options.append(VoiceOption(each.id, configured, provider, voice, loudness, credential))
    if with_backups:
        present = {option.provider for option in options}
        last = [provider for provider in embedded_for(profile.language) if provider not in present]
        options += [_embedded(provider, profile.language) for provider in last]
    return VoiceLineup(tuple(options), pronunciations_by_language(profile.tenant_id), profile.tenant_id)


def _in_language(option: VoiceOption, language: str) -> VoiceOption | None:
    """Return a voice as it speaks another language; None when it does not."""
    voice = voice_in_language(option.provider, option.voice, language, is_default=not option.configured[1])
    if voice is None:
        return None
    if voice == replace(option.voice, language=language) and capabilities_of(option.provider).needs_key:
        return replace(option, voice=voice)
    # Another voice under the same name: its loudness is its own.
    return replace(option, voice=voice, profile_id=None, loudness=None)


def _embedded(provider: Provider, language: str) -> VoiceOption:
    _, voice = resolve_voice(VoiceProfile(provider=provider, language=language))
    return VoiceOption(None, (provider, voice.voice_id), provider, voice, None, None)
