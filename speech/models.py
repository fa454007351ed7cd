import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.models import Language, Tenant
from tenants.names import NAME_LENGTH, refuse_direction_controls


class VoiceProfile(models.Model):
    """A voice of a workspace: provider, voice, speed, pitch and backup."""

    class Provider(models.TextChoices):
        AUTO = "auto", _("The best one available")
        PICO = "pico", "SVOX Pico"
        ESPEAK = "espeak", "eSpeak NG"
        ELEVENLABS = "elevenlabs", "ElevenLabs"
        OPENAI = "openai", "OpenAI"
        AZURE = "azure", "Azure"
        PIPER = "piper", "Piper"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="voice_profiles")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    provider = models.CharField(_("provider"), max_length=20, choices=Provider, default=Provider.AUTO)
    # Empty: the provider's own default for the language.
    voice_id = models.CharField(_("voice"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    speed = models.FloatField(
        _("speed"), default=1.0, validators=[MinValueValidator(0.5), MaxValueValidator(2.0)]
    )
    pitch = models.FloatField(
        _("pitch"), default=0.0, validators=[MinValueValidator(-1.0), MaxValueValidator(1.0)]
    )
    # The voice that takes over when this one fails; the built-in voices come last.
    backup = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("when it fails"),
    )
    # The voice's own loudness, measured as it speaks, and from how many seconds of speech.
    loudness_lufs = models.FloatField(null=True, blank=True, editable=False)
    loudness_heard_s = models.FloatField(default=0.0, editable=False)
    # The voice that was measured, as provider/voice id: "the best one available" changes with the keys.
    # Empty for a measurement from before this was stored.
    loudness_voice = models.CharField(max_length=130, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["VoiceProfile"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return self.name


class Pronunciation(models.Model):
    """How a workspace's hosts say a brand, a handle or a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    written = models.CharField(_("written"), max_length=80)
    spoken = models.CharField(_("spoken"), max_length=160)
    # Empty: every language.
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True)

    objects: ClassVar[models.Manager["Pronunciation"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["written", "language"]
        constraints = [
            models.UniqueConstraint(
                "tenant", Lower("written"), "language", name="speech_one_pronunciation_a_word"
            )
        ]

    def __str__(self) -> str:
        return f"{self.written} = {self.spoken}"


class CachedLine(models.Model):
    """A clip in the object store, by its workspace and `key`, until it is evicted."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # bytes
    last_used_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["CachedLine"]] = ScopedManager(tenant="tenant")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="speech_a_line_is_kept_once")]

    def __str__(self) -> str:
        return self.key
