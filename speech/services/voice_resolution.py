"""From a profile's rows to the voices of a live, read at once, so that nothing asks the database later."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from speech.models import VoiceProfile
from speech.services.pronunciations import words_by_language
from speech.services.voices import Provider, has_shared, known_loudness, resolve_voice, voices_in_order
from speech.stage.ports import Voice
from speech.stage.sound.loudness import Loudness

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """One voice of a chain. `profile_id` is None for the offline voice that stands behind them all.

    `chosen` are the provider and the voice as the profile has them. `own`: speaks with the workspace's key.
    """

    profile_id: UUID | None
    chosen: tuple[str, str]
    provider: str
    voice: Voice
    loudness: Loudness | None
    own: TenantCredential | None

    @property
    def name(self) -> str:
        """What the records call it."""
        return f"{self.provider}/{self.voice.voice_id}"


@dataclass(frozen=True, slots=True)
class VoiceLineup:
    """Who speaks for a show, first to last, and how a workspace's words are said, by language."""

    places: tuple[Place, ...]
    words: Mapping[str, Mapping[str, str]]
    tenant_id: UUID

    def words_in(self, language: str) -> Mapping[str, str]:
        return self.words.get(language[:2], self.words.get("", {}))


def resolve_voices(profile: VoiceProfile, *, alone: bool = False) -> VoiceLineup:
    """Return a profile's voices in the order in which they are asked; `alone`: without who stands in."""
    keys = readable_credentials(profile.tenant_id, Credential.Kind.VOICE)
    readable = {provider for provider, key in keys.items() if key is not None}
    places = []
    for each in [profile] if alone else voices_in_order(profile):
        provider, voice = resolve_voice(each, readable)
        own = keys.get(provider)
        if provider in keys and own is None:
            logger.warning("own key unreadable, voice passed over: provider=%s", provider)
            continue
        # What has lost its key is passed over; it comes back with it.
        if own is not None or has_shared(provider):
            chosen = (each.provider, each.voice_id)
            places.append(Place(each.id, chosen, provider, voice, known_loudness(each), own))
    if not alone and all(place.provider != Provider.ESPEAK for place in places):
        places.append(_offline(profile.language))
    return VoiceLineup(tuple(places), words_by_language(profile.tenant_id), profile.tenant_id)


def _offline(language: str) -> Place:
    provider, voice = resolve_voice(VoiceProfile(provider=Provider.ESPEAK, language=language))
    return Place(None, (provider, voice.voice_id), provider, voice, None, None)
