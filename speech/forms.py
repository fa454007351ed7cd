import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.errors import PlanRefused
from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from speech.catalogue import ListedVoice, voices_of
from speech.errors import PronunciationConflict
from speech.fault_texts import requirement_text
from speech.models import Pronunciation, VoiceProfile
from speech.services.plan_voices import included_voices, require_voice
from speech.services.pronunciations import SPOKEN_LENGTH, WRITTEN_LENGTH, parse_line
from speech.services.voices import Provider, has_shared, resolve_voice
from speech.stage.capabilities import Capabilities, capabilities_of
from tenants.models import Language, Tenant

if TYPE_CHECKING:
    VoiceChoice = forms.ModelChoiceField[VoiceProfile]
else:
    VoiceChoice = forms.ModelChoiceField

STEP = 0.05
WITH_KEY = (Provider.ELEVENLABS, Provider.OPENAI, Provider.AZURE)
VOICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 :_.-]{0,99}")
REGION = re.compile(r"[a-z0-9]{2,40}")
PASTE_LENGTH = 140_000


class ProviderSelect(forms.Select):
    """Lists unusable providers too, disabled and with the reason."""

    unusable: dict[str, str] = {}

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if str(value) in self.unusable:
            option["label"] = f"{label} ({self.unusable[str(value)]})"
            option["attrs"]["disabled"] = True
        return option


class VoiceForm(forms.Form):
    """Edits a voice. Voices and ranges follow from the chosen provider."""

    name = forms.CharField(label=_("Name"), max_length=100)
    provider = forms.ChoiceField(label=_("Provider"), choices=Provider.choices, widget=ProviderSelect)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    voice_id = forms.CharField(label=_("Voice"), max_length=100, required=False)
    backup = VoiceChoice(
        label=_("When it fails"),
        queryset=VoiceProfile.objects.none(),
        required=False,
        empty_label=_("Built-in voice"),
    )

    def __init__(self, *args: Any, tenant: Tenant, voice: VoiceProfile | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = readable_credentials(tenant.id, Credential.Kind.VOICE)
        self._tenant = tenant
        self._voice = voice
        self._includes = included_voices(tenant.id)
        self._unusable = self._unusable_providers()
        select = self.fields["provider"].widget
        assert isinstance(select, ProviderSelect)  # noqa: S101 - as declared above
        select.unusable = self._unusable
        self.speaks_with = self._speaks_with()
        self.can: Capabilities = capabilities_of(self.speaks_with)
        self.listed = self._list_voices()
        self._add_ranges()
        backup = self.fields["backup"]
        assert isinstance(backup, forms.ModelChoiceField)  # noqa: S101 - as declared above
        others = VoiceProfile.objects.filter(tenant=tenant).order_by("name")
        backup.queryset = others.exclude(id=voice.id) if voice else others

    @property
    def own(self) -> list[str]:
        """The providers for which the workspace has a key."""
        return [provider for provider, key in self.keys.items() if key]

    @property
    def own_key(self) -> TenantCredential | None:
        return self.keys.get(self.speaks_with)

    def _unusable_providers(self) -> dict[str, str]:
        names = [each.value for each in Provider if each != Provider.AUTO]
        usable = {name for name in names if has_shared(name) or self.keys.get(name)}
        beyond = {name for name in usable if not self.keys.get(name) and not self._includes(name)}
        needs = {name: requirement_text(name) for name in names if name not in usable}
        return needs | {name: str(_("not in your plan")) for name in beyond}

    def _speaks_with(self) -> str:
        chosen = str(self["provider"].value() or "")
        if chosen not in Provider.values:
            chosen = Provider.AUTO
        profile = VoiceProfile(provider=chosen, language=self._language)
        return resolve_voice(profile, self.own, self._includes)[0]

    @property
    def _language(self) -> str:
        chosen = str(self["language"].value() or "")
        return chosen if chosen in Language.values else self._tenant.language

    def _list_voices(self) -> Sequence[ListedVoice]:
        if self["provider"].value() == Provider.AUTO:
            self.fields["voice_id"].widget = forms.Select(choices=[("", _("Best for the language"))])
            return ()
        found = voices_of(self.speaks_with, self._language, self.own_key)
        if found:
            choices = [("", _("the usual one")), *((each.voice_id, each.label) for each in found)]
            now = str(self["voice_id"].value() or "")
            if now and now not in {each.voice_id for each in found}:
                choices.append((now, now))
            self.fields["voice_id"].widget = forms.Select(choices=choices)
        else:
            self.fields["voice_id"].help_text = _("The voice's id or name, as its provider writes it.")
        return found

    def _add_ranges(self) -> None:
        for name, label, most in (
            ("speed", _("Speed"), self.can.speed),
            ("pitch", _("Pitch"), self.can.pitch),
        ):
            if most is None:
                continue
            natural = 1.0 if name == "speed" else 0.0
            attrs = {"type": "range", "min": most.least, "max": most.most, "step": STEP, "data-slider": name}
            self.fields[name] = forms.FloatField(
                label=label, required=False, initial=natural, widget=forms.NumberInput(attrs=attrs)
            )

    def clean_provider(self) -> str:
        provider: str = self.cleaned_data["provider"]
        stays = self._voice is not None and self._voice.provider == provider
        if stays:
            return provider
        try:
            require_voice(self._tenant.id, provider, speaks=False)
        except PlanRefused as refusal:
            raise forms.ValidationError(refusal.user_message) from None
        if provider in self._unusable:
            raise forms.ValidationError(_("This provider cannot be used yet."))
        return provider

    def clean_voice_id(self) -> str:
        voice_id: str = self.cleaned_data["voice_id"].strip()
        if self.cleaned_data.get("provider") == Provider.AUTO:
            return ""
        if voice_id and not VOICE_ID.fullmatch(voice_id):
            raise forms.ValidationError(_("A voice's id has only letters, digits, dots and dashes."))
        return voice_id

    @property
    def values(self) -> dict[str, Any]:
        """The values of a valid form; speed and pitch are held to the provider's range."""
        cleaned = self.cleaned_data
        speed, pitch = cleaned.get("speed"), cleaned.get("pitch")
        return {
            **{name: cleaned[name] for name in ("name", "provider", "language", "voice_id", "backup")},
            "speed": self.can.speed.hold(speed) if self.can.speed and speed is not None else 1.0,
            "pitch": self.can.pitch.hold(pitch) if self.can.pitch and pitch is not None else 0.0,
        }


class SentenceForm(forms.Form):
    """The sentence of a preview."""

    text = forms.CharField(label=_("Your sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class KeyForm(forms.Form):
    """Edits a workspace's own key. A stored key is never shown, so the field is always empty."""

    key = forms.CharField(
        label=_("Key"),
        max_length=400,
        min_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    region = forms.CharField(label=_("Region"), max_length=40, required=False)
    base_url = forms.CharField(label=_("Your own address"), max_length=200, required=False)

    def __init__(self, *args: Any, provider: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{provider}-%s", **kwargs})
        self._provider = provider
        if provider == Provider.AZURE:
            self.fields["region"].widget.attrs["placeholder"] = "westeurope"
        else:
            del self.fields["region"]
        self.fields["base_url"].widget.attrs["placeholder"] = "https://"
        self.fields["base_url"].help_text = _("Only if your provider gave you one. Otherwise leave it empty.")

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"].strip()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise forms.ValidationError(_("This is not a key. Keys have no spaces or special characters."))
        return key

    def clean_region(self) -> str:
        region: str = self.cleaned_data["region"].strip().lower()
        if region and not REGION.fullmatch(region):
            raise forms.ValidationError(_("A region is one word, such as westeurope."))
        return region

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_azure = self._provider == Provider.AZURE
        if is_azure and not self.errors and not cleaned.get("region") and not cleaned.get("base_url"):
            self.add_error("region", _("Azure needs a region or your own address."))
        return cleaned


LANGUAGE_OR_ALL = [("", _("Every language")), *Language.choices]


class PronunciationForm(forms.Form):
    """A word or name, and how it is said."""

    written = forms.CharField(label=_("Written"), max_length=WRITTEN_LENGTH)
    spoken = forms.CharField(label=_("Said as"), max_length=SPOKEN_LENGTH)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_OR_ALL, required=False)

    @classmethod
    def of(cls, row: Pronunciation, sent: Any = None) -> "PronunciationForm":
        initial = {"written": row.written, "spoken": row.spoken, "language": row.language}
        return cls(sent, initial=initial, auto_id=f"pronunciation-{row.id}-%s")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                # The import separates both sides by an equals sign, so neither side may contain one.
                cleaned["written"], cleaned["spoken"] = parse_line(
                    f"{cleaned['written']}={cleaned['spoken']}"
                )
            except PronunciationConflict as error:
                raise forms.ValidationError(str(error)) from None
        return cleaned


class PronunciationImportForm(forms.Form):
    """Many pronunciations at once, one a line."""

    lines = forms.CharField(
        label=_("One a line: written = spoken"),
        max_length=PASTE_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGE_OR_ALL, required=False)
