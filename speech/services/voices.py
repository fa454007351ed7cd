import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext, ngettext, override

from speech.defaults import DEFAULT_VOICES
from speech.errors import VoiceCircle, VoiceInUse
from speech.models import VoiceProfile
from speech.providers.piper import piper_voices
from speech.services.plan_voices import Includes, include_all, require_voice
from speech.signals import send_voices_changed_on_commit
from speech.stage.capabilities import capabilities_of
from speech.stage.ports import VoiceSpec
from speech.stage.sound.loudness import Loudness
from tenants import audit
from tenants.locking import lock_row
from tenants.models import Tenant
from tenants.names import copy_name

Provider = VoiceProfile.Provider
MAX_VOICES = 4
# A voice's loudness depends on these: when one changes, it has to be measured again.
LOUDNESS_FIELDS = ("provider", "voice_id", "language", "speed", "pitch")
MEASURED_FIELDS = ("loudness_lufs", "loudness_heard_s", "loudness_voice")
BEST_FIRST = (Provider.ELEVENLABS, Provider.OPENAI, Provider.AZURE, Provider.PIPER)
# All their others speak many languages.
_ENGLISH_MODEL = re.compile(r"eleven_(?:monolingual_v\d+|(?:flash|turbo)_v2)")
EMBEDDED = (Provider.PICO, Provider.ESPEAK)  # the best first; the last speaks every language


def get_default_voice(*, tenant: Tenant, language: str) -> VoiceProfile:
    """Return the tenant's default voice for a language; create it the first time."""
    automatic = VoiceProfile.objects.filter(tenant=tenant, provider=Provider.AUTO, language=language)
    voice: VoiceProfile | None = automatic.order_by("created_at").first()
    if voice is None:
        with override(language):
            name = gettext("Host's voice")
        voice = create_voice(tenant=tenant, name=name, provider=Provider.AUTO, language=language)
    return voice


@transaction.atomic
def create_voice(*, tenant: Tenant, **values: Any) -> VoiceProfile:
    """Create a voice; raise `PlanRefused` for a provider that the plan does not include."""
    require_voice(tenant.id, values.get("provider", Provider.AUTO), speaks=False)
    voice: VoiceProfile = VoiceProfile.objects.create(tenant=tenant, **values)
    audit.record("voice.created", voice)
    return voice


@transaction.atomic
def change_voice(*, voice: VoiceProfile, **changes: Any) -> VoiceProfile:
    """Change a voice; raise `VoiceCircle` when it would become its own backup.

    Raise `PlanRefused` for a new provider that the plan does not include.

    A running live is not changed. A voice that sounds different has to be measured again.
    """
    # Two changes at once could form a circle that neither sees, so a workspace's changes are serialized.
    stored = VoiceProfile.objects.select_for_update().filter(tenant=voice.tenant_id)
    before = next((row for row in stored if row.id == voice.id), None)
    if before is None:
        raise Http404("This voice was deleted in the same instant.")
    if changes.get("provider", before.provider) != before.provider:
        require_voice(voice.tenant_id, changes["provider"], speaks=False)
    if "backup" in changes:
        _refuse_circle(voice, changes["backup"])
    for name, value in changes.items():
        setattr(voice, name, value)
    fields = list(changes)
    if any(getattr(before, name) != getattr(voice, name) for name in LOUDNESS_FIELDS):
        voice.loudness_lufs, voice.loudness_heard_s, voice.loudness_voice = None, 0.0, ""
        fields += MEASURED_FIELDS
    voice.save(update_fields=fields)
    if changed := audit.differences(audit.values_of(before, changes), audit.values_of(voice, changes)):
        audit.record("voice.changed", voice, detail=changed)
    send_voices_changed_on_commit(voice.tenant_id)
    return voice


def _refuse_circle(voice: VoiceProfile, backup: VoiceProfile | None) -> None:
    backups = dict(VoiceProfile.objects.filter(tenant=voice.tenant_id).values_list("id", "backup_id"))
    at, passed = backup.id if backup else None, set[UUID]()
    while at is not None and at not in passed:
        if at == voice.id:
            raise VoiceCircle(gettext("These voices would be each other's backup. Choose another backup."))
        passed.add(at)
        at = backups.get(at)


@transaction.atomic
def duplicate_voice(*, voice: VoiceProfile) -> VoiceProfile:
    """Make a copy under a name that the tenant has not used yet."""
    taken = set(VoiceProfile.objects.filter(tenant=voice.tenant_id).values_list("name", flat=True))
    name = copy_name(voice.name, taken=taken)
    alike = {field: getattr(voice, field) for field in (*LOUDNESS_FIELDS, *MEASURED_FIELDS)}
    return create_voice(tenant=voice.tenant, name=name, backup=voice.backup, **alike)


@transaction.atomic
def delete_voice(*, voice: VoiceProfile) -> None:
    """Delete a voice; raise `VoiceInUse` while a show uses it."""
    lock_row(VoiceProfile.objects.all(), voice.pk)  # no show can choose it from here on
    audit.record("voice.deleted", voice)
    try:
        voice.delete()
    except ProtectedError as error:
        raise _in_use(voice, sorted(str(row) for row in error.protected_objects)) from error


def _in_use(voice: VoiceProfile, shows: Sequence[str]) -> VoiceInUse:
    words = ngettext(
        "The show %(shows)s speaks with %(name)s. Give it another voice first.",
        "The shows %(shows)s speak with %(name)s. Give them another voice first.",
        len(shows),
    )
    return VoiceInUse(words % {"name": voice.name, "shows": ", ".join(shows)}, shows=shows)


def resolve_voice(
    profile: VoiceProfile, own: Collection[str] = (), includes: Includes = include_all
) -> tuple[str, VoiceSpec]:
    """Return the provider that a profile uses now, and the voice to ask it for.

    `own`: the providers for which the workspace has a key; `includes`: which of the installation's its plan
    includes. Reads Piper's folder if needed.
    """
    provider = profile.provider
    if provider == Provider.AUTO:
        provider = _best_provider(own, profile.language, includes)
    voice_id = profile.voice_id or _default_id(provider, profile.language)
    return provider, VoiceSpec(voice_id, profile.language, speed=profile.speed, pitch=profile.pitch)


def _default_id(provider: str, language: str) -> str:
    if provider == Provider.PIPER:
        installed = piper_voices(settings.PIPER_VOICES_DIR)
        return next((each.voice_id for each in installed if each.language == language[:2]), "")
    by_language = DEFAULT_VOICES[provider]
    return by_language.get(language, by_language["en"]).voice_id


def voice_in_language(
    provider: str, voice: VoiceSpec, language: str, *, is_default: bool
) -> VoiceSpec | None:
    """Return how a provider's voice speaks another language; None when it does not.

    `is_default`: nobody chose the voice, so a provider whose voices have one language may use another.
    """
    own = replace(voice, language=language)
    match provider:
        case Provider.PIPER:
            return None  # each file is one language
        case Provider.AZURE if "Multilingual" not in voice.voice_id:
            default = DEFAULT_VOICES[provider].get(language)
            return replace(own, voice_id=default.voice_id) if default and is_default else None
        case Provider.ELEVENLABS if _ENGLISH_MODEL.fullmatch(model_of(provider)):
            return own if language == "en" else None
    return own if capabilities_of(provider).speaks(language) else None


def voices_in_order(profile: VoiceProfile) -> list[VoiceProfile]:
    """Return a voice and its backups in order, each once. One query for each backup."""
    chain: list[VoiceProfile] = []
    voice: VoiceProfile | None = profile
    while voice is not None and voice not in chain and len(chain) < MAX_VOICES:
        chain.append(voice)
        voice = voice.backup
    return chain


def save_loudness(
    *, profile_id: UUID, loudness: Loudness, provider: str, voice_id: str, measured: str
) -> None:
    """Save the loudness of the voice that was `measured`, unless the profile has another voice by now."""
    VoiceProfile.objects.filter(id=profile_id, provider=provider, voice_id=voice_id).update(
        loudness_lufs=loudness.lufs, loudness_heard_s=loudness.heard_s, loudness_voice=measured
    )


def name_of(provider: str, voice: VoiceSpec) -> str:
    """Return a voice's name in records and logs: provider/voice id."""
    return f"{provider}/{voice.voice_id}"


def known_loudness(profile: VoiceProfile, name: str | None = None) -> Loudness | None:
    """Return a profile's own loudness; None before it was measured.

    `name`: the voice that it speaks with now, whose loudness is wanted; None for whichever was measured.
    """
    measured = profile.loudness_voice
    if profile.loudness_lufs is None or (profile.provider == Provider.AUTO and not measured):
        return None
    if name and measured and name != measured:
        return None
    return Loudness(profile.loudness_lufs, profile.loudness_heard_s)


def has_shared(provider: str) -> bool:
    """Return whether this installation has its own access to a provider."""
    return {
        Provider.PICO.value: True,
        Provider.ESPEAK.value: True,
        Provider.ELEVENLABS.value: bool(settings.ELEVENLABS_API_KEY),
        Provider.OPENAI.value: bool(settings.OPENAI_API_KEY),
        Provider.AZURE.value: bool(
            settings.AZURE_SPEECH_KEY and (settings.AZURE_SPEECH_REGION or settings.AZURE_SPEECH_BASE_URL)
        ),
        Provider.PIPER.value: bool(settings.PIPER_COMMAND and settings.PIPER_VOICES_DIR),
    }.get(str(provider), False)


def model_of(provider: str) -> str:
    """Return the configured model of a provider; empty where there is only one."""
    models = {
        Provider.ELEVENLABS.value: settings.ELEVENLABS_MODEL,
        Provider.OPENAI.value: settings.OPENAI_SPEECH_MODEL,
    }
    return str(models.get(str(provider), ""))


def _best_provider(own: Collection[str], language: str, includes: Includes) -> str:
    for provider in BEST_FIRST:
        if provider not in own and not (has_shared(provider) and includes(provider)):
            continue
        if provider != Provider.PIPER or _default_id(provider, language):
            return provider
    return embedded_for(language)[0]


def embedded_for(language: str) -> list[Provider]:
    """Return the built-in voices that speak a language, in the order in which they are tried."""
    return [provider for provider in EMBEDDED if capabilities_of(provider).speaks(language)]
