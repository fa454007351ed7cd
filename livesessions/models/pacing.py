from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Pacing(models.Model):
    """How often the host of a show speaks, and whether a person must approve its answers."""

    # The cooldown grows with the chat's rate: `min` in a calm chat, `max` in a busy one.
    cooldown_min_s = models.FloatField(
        _("seconds between answers in a calm chat"),
        default=3.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
    )
    cooldown_max_s = models.FloatField(
        _("seconds between answers in a busy chat"),
        default=5.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(60.0)],
    )
    answers_per_viewer = models.PositiveSmallIntegerField(
        _("answers a viewer gets in five minutes"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    answers_per_minute = models.PositiveSmallIntegerField(
        _("answers a minute at most"), default=15, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    thanks_per_minute = models.PositiveSmallIntegerField(
        _("thanks a minute at most"), default=10, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    holds_replies = models.BooleanField(_("hold every answer until somebody approves it"), default=False)

    class Meta:
        abstract = True
