import uuid
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import JSONField, Value
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.pacing import Pacing
from moderation.models import Policy
from overlay.models import Overlay
from planner.models import Persona
from speech.models import VoiceProfile
from tenants.models import Language, Tenant
from tenants.names import NAME_LENGTH, refuse_direction_controls

handle_validator = RegexValidator(
    r"^[A-Za-z0-9_.]{2,24}$",
    _("A TikTok handle has 2 to 24 letters, digits, dots or underscores, without the @."),
)


class Show(Pacing):
    """The reusable set-up of a live: its chat, persona, voice, policy, overlay and pacing."""

    class Mode(models.TextChoices):
        SELF = "self", _("In my OBS")
        MANAGED = "managed", _("From your servers")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="shows")
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    handle = models.CharField(_("TikTok handle"), max_length=24, blank=True, validators=[handle_validator])
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.SELF)
    language = models.CharField(_("language"), max_length=5, choices=Language)
    persona = models.ForeignKey(Persona, on_delete=models.PROTECT, related_name="+")
    voice = models.ForeignKey(VoiceProfile, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    overlay = models.OneToOneField(Overlay, on_delete=models.PROTECT, related_name="+")
    facts = models.TextField(
        _("facts about the show"),
        blank=True,
        max_length=4_000,
        help_text=_("What the host may know and say."),
    )
    is_shopping = models.BooleanField(_("TikTok Shop live"), default=False)
    # Whether the audio of the host's replies is kept, to be heard again in the report of a live.
    keeps_audio = models.BooleanField(_("keep the audio of replies"), default=False, db_default=False)
    # How many of a kind are thanked together; 0: the host does not thank for them.
    follows_per_thanks = models.PositiveSmallIntegerField(_("follows a thanks"), default=1)
    shares_per_thanks = models.PositiveSmallIntegerField(_("shares a thanks"), default=3)
    subscriptions_per_thanks = models.PositiveSmallIntegerField(_("subscriptions a thanks"), default=1)
    # In diamonds: gifts below `small` are thanked together; gifts from `big` on interrupt the host.
    small_gift_diamonds = models.PositiveIntegerField(_("gathered below"), default=10)
    big_gift_diamonds = models.PositiveIntegerField(_("interrupts from"), default=1_000)
    # 0 for never.
    call_to_action_every_s = models.PositiveSmallIntegerField(
        _("seconds between calls to action"), default=360
    )
    game_every_s = models.PositiveSmallIntegerField(_("seconds between games"), default=420)
    calls_to_action: "models.JSONField[list[str]]" = models.JSONField(
        _("calls to action"), default=list, blank=True
    )
    # Sentences that the streamer has the host say with one click, in the console.
    quick_lines: "models.JSONField[list[str]]" = models.JSONField(
        _("quick lines"), default=list, db_default=Value([], JSONField()), blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # An archived show is only read: it cannot go live until it is taken out of the archive.
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager["Show"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
