import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from encoder.rtmp.address import StreamAddress, read_address
from tenants.models import Tenant

MIN_KBIT_S, MAX_KBIT_S = 500, 8_500


class StreamTarget(models.Model):
    """Where the live of a show is streamed to, and how. Its key is a `Credential` of the kind `STREAM`."""

    class Size(models.TextChoices):
        PORTRAIT = "720x1280", _("Portrait, 720 × 1280")
        PORTRAIT_HD = "1080x1920", _("Portrait, 1080 × 1920")
        LANDSCAPE = "1280x720", _("Landscape, 1280 × 720")

    class FrameRate(models.IntegerChoices):
        FILM = 25, "25"
        USUAL = 30, "30"

    class Background(models.TextChoices):
        """What moves behind the badge; the keys are those of `BACKGROUNDS`."""

        STUDIO = "studio", _("Studio")
        AURORA = "aurora", _("Northern lights")
        BOKEH = "bokeh", _("Evening lights")
        WAVES = "waves", _("Calm water")
        STAGE = "stage", _("Stage lights")
        SUNSET = "sunset", _("Sunset")

    class Music(models.TextChoices):
        """What sounds while the host is silent; the keys are those of `PIECES`."""

        NONE = "", _("No music")
        CALM = "calm", _("Calm")
        EVENING = "evening", _("Evening")
        MORNING = "morning", _("Morning")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    # The id of what is streamed: a show.
    use_id = models.UUIDField(unique=True, editable=False)
    url = models.CharField(_("server URL"), max_length=300)
    size = models.CharField(_("picture size"), max_length=10, choices=Size, default=Size.PORTRAIT)
    frame_rate = models.PositiveSmallIntegerField(
        _("pictures a second"), choices=FrameRate, default=FrameRate.USUAL
    )
    video_kbit_s = models.PositiveIntegerField(
        _("video bit rate in kbit/s"),
        default=2_500,
        validators=[MinValueValidator(MIN_KBIT_S), MaxValueValidator(MAX_KBIT_S)],
    )
    background = models.CharField(
        _("background"), max_length=20, choices=Background, default=Background.STUDIO
    )
    music = models.CharField(_("music"), max_length=20, choices=Music, default=Music.NONE, blank=True)
    # As the key itself says it; null when it says nothing.
    key_expires_at = models.DateTimeField(null=True, editable=False)
    # The last check: how far it came, and why it ended there. Empty before the first one, and after a change.
    checked_at = models.DateTimeField(null=True, editable=False)
    check_step = models.CharField(max_length=20, blank=True, editable=False)
    check_fault = models.CharField(max_length=30, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager["StreamTarget"]] = ScopedManager(tenant="tenant")

    def __str__(self) -> str:
        return self.url

    @property
    def address(self) -> StreamAddress:
        return read_address(self.url)
