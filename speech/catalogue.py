"""Lists a provider's voices: from a table, or from its API, cached for an hour."""

from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import espeakng_loader
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache as remembered
from django.utils.translation import gettext_lazy as _

from providers.querysets import TenantCredential
from speech.errors import SpeechError
from speech.providers.answers import httpx_faults, open_voice_client
from speech.providers.azure import address_of
from speech.providers.pico_characters import CHARACTERS
from speech.providers.piper import piper_voices
from speech.services.voices import Provider, has_shared

LIST_TTL_S = 60 * 60
FAILURE_TTL_S = 60
TIMEOUT_S = 4.0
MAX_VOICES_LISTED = 500
# https://platform.openai.com/docs/guides/text-to-speech
OPENAI_VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
# How each character of the built-in voice sounds; the names are the same in every language.
PICO_LABELS = {
    "clara": _("Clara, natural"),
    "luna": _("Luna, bright and lively"),
    "vera": _("Vera, calm"),
    "leo": _("Leo, low"),
    "bruno": _("Bruno, deep and calm"),
    "kiki": _("Kiki, a cartoon voice"),
    "emma": _("Emma, British"),
    "arthur": _("Arthur, British and low"),
}


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """One voice of a provider. An empty `language`: it speaks several."""

    voice_id: str
    label: str
    language: str = ""


def voices_of(provider: str, language: str, own: TenantCredential | None) -> list[ListedVoice]:
    """Return a provider's voices for a language; an empty list when they are not known. Blocks."""
    if provider == Provider.PICO:
        known = [each for each in CHARACTERS if each.speaks(language)]
        found = [ListedVoice(each.voice_id, str(PICO_LABELS[each.voice_id])) for each in known]
    elif provider == Provider.ESPEAK:
        found = [ListedVoice(name, name) for name in espeak_variants()]
    elif provider == Provider.OPENAI:
        found = [ListedVoice(name, name.capitalize()) for name in OPENAI_VOICES]
    elif provider == Provider.PIPER:
        installed = piper_voices(settings.PIPER_VOICES_DIR)
        found = [ListedVoice(each.voice_id, each.voice_id, each.language) for each in installed]
    else:
        found = _listed(provider, own)
    return [voice for voice in found if not voice.language or voice.language[:2] == language[:2]]


@cache
def espeak_variants() -> tuple[str, ...]:
    """Return the names of eSpeak NG's variants."""
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    names = (file.name for file in folder.iterdir()) if folder.is_dir() else ()
    return tuple(sorted((name for name in names if name.replace("_", "").isalnum()), key=str.casefold))


def _listed(provider: str, own: TenantCredential | None) -> list[ListedVoice]:
    if provider not in (Provider.ELEVENLABS, Provider.AZURE) or not (own or has_shared(provider)):
        return []
    whose = f"{own.tenant_id}:{own.changed_at.isoformat()}" if own else "shared"
    key = "voices:" + sha256(f"{provider}:{whose}".encode()).hexdigest()
    known = remembered.get(key)
    if known is None:
        try:
            known = [asdict(voice) for voice in async_to_sync(_ask)(provider, own)]
        except (SpeechError, ValueError, KeyError, TypeError, AttributeError):
            known = []  # a user who knows the voice's id can still enter it
        remembered.set(key, known, LIST_TTL_S if known else FAILURE_TTL_S)
    return [ListedVoice(**row) for row in known]


async def _ask(provider: str, own: TenantCredential | None) -> list[ListedVoice]:
    guarded = bool(own and own.base_url)
    address, headers = _request(provider, own)
    with httpx_faults(str(provider)):
        async with open_voice_client(timeout_s=TIMEOUT_S, guarded=guarded) as client:
            answer = await client.get(address, headers=headers)
    rows = answer.json()
    if provider == Provider.ELEVENLABS:
        return [
            ListedVoice(str(row["voice_id"]), str(row["name"])) for row in rows["voices"][:MAX_VOICES_LISTED]
        ]
    return [
        ListedVoice(str(row["ShortName"]), f"{row['LocalName']} ({row['Locale']})", str(row["Locale"]))
        for row in rows
    ]


def _request(provider: str, own: TenantCredential | None) -> tuple[str, dict[str, str]]:
    if provider == Provider.ELEVENLABS:
        base = (own.base_url if own else "") or settings.ELEVENLABS_BASE_URL
        key = own.secret if own else settings.ELEVENLABS_API_KEY
        return f"{base.rstrip('/')}/v1/voices", {"xi-api-key": key}
    region = own.region if own else settings.AZURE_SPEECH_REGION
    base = own.base_url if own else settings.AZURE_SPEECH_BASE_URL
    key = own.secret if own else settings.AZURE_SPEECH_KEY
    address = address_of(region=region, base_url=base)
    return f"{address}/cognitiveservices/voices/list", {"Ocp-Apim-Subscription-Key": key}
