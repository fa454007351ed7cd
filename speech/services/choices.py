"""The voices from which a show chooses, with what each speaks with now and what it costs."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.formats import number_format

from billing.configured import configured_prices
from billing.prices import Price
from billing.usage import UsageKind
from providers.models import Credential
from providers.querysets import readable_credentials
from speech.models import VoiceProfile
from speech.services.plan_voices import Includes, included_voices
from speech.services.voices import Provider, embedded_for, model_of, resolve_voice, voices_in_order
from tenants.models import Language, Tenant

CHARACTERS_AN_HOUR = 54_000  # of speech without pauses: 150 words a minute, of 6 characters with the space


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """A voice in a picker.

    - `speaker`: the provider that it speaks with now.
    - `chain`: the names of the voices in the order in which they are tried.
    - `hour_usd`: the price of an hour of speech in US dollars; empty where it is free or not known.
    - `is_own_key`: whether the workspace pays its provider itself.
    - `fits`: whether it speaks the show's language.
    """

    voice: VoiceProfile
    speaker: str
    chain: list[str]
    hour_usd: str
    is_free: bool
    is_own_key: bool
    fits: bool

    @property
    def language_name(self) -> str:
        return str(Language(self.voice.language).label)


def voice_choices(*, tenant: Tenant, language: str) -> list[VoiceChoice]:
    """Return a tenant's voices, those of the language first, the oldest first. Two queries."""
    own, includes = own_providers(tenant), included_voices(tenant.id)
    voices = list(VoiceProfile.objects.filter(tenant=tenant).order_by("created_at", "id"))
    by_id = {voice.id: voice for voice in voices}
    for voice in voices:
        voice.backup = by_id[voice.backup_id] if voice.backup_id else None  # no query for each backup
    choices = [_choice(voice, own, language, includes) for voice in voices]
    return sorted(choices, key=lambda choice: not choice.fits)


def own_providers(tenant: Tenant) -> list[str]:
    """Return the providers for which a workspace has a usable key of its own. One query."""
    return [name for name, key in readable_credentials(tenant.id, Credential.Kind.VOICE).items() if key]


def _choice(voice: VoiceProfile, own: Collection[str], language: str, includes: Includes) -> VoiceChoice:
    provider = Provider(resolve_voice(voice, own, includes)[0])
    price, _ = price_of_voice(provider)
    usd = price.usd_per_million[UsageKind.VOICE_CHARACTERS] * CHARACTERS_AN_HOUR / 1e6 if price else 0.0
    return VoiceChoice(
        voice=voice,
        speaker=str(provider.label),
        chain=chain_names(voice, own),
        hour_usd=number_format(usd, 2) if usd and provider not in own else "",
        is_free=price is not None and not usd,
        is_own_key=provider in own,
        fits=voice.language == language,
    )


def price_of_voice(provider: str) -> tuple[Price | None, str]:
    """Return a voice's price, and what 1,000 characters cost; empty for a voice that is free or unknown."""
    kind = UsageKind.VOICE_CHARACTERS
    price = configured_prices().price_of(kind, provider, model_of(provider))
    usd = price.usd_per_million[kind] / 1_000 if price else 0.0
    return price, number_format(usd, 3) if usd else ""


def chain_names(voice: VoiceProfile, own: Collection[str]) -> list[str]:
    """Return the names of the voices in the order in which they are tried; the embedded ones are last.

    `own`: the providers for which the workspace has a key.
    """
    voices = voices_in_order(voice)
    present = {Provider(resolve_voice(each, own)[0]) for each in voices}
    last = [str(each.label) for each in embedded_for(voice.language) if each not in present]
    return [*(each.name for each in voices), *last]
