import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from livesessions.models.shows import Show
from planner.stage.segments import SegmentKind
from tenants.models import Tenant
from tenants.names import refuse_direction_controls


class Segment(models.Model):
    """One part of a show's plan; the host plays them in the order of `position`."""

    class Kind(models.TextChoices):
        OPENING = SegmentKind.OPENING, _("Opening")
        TOPIC = SegmentKind.TOPIC, _("Topic")
        PRODUCT = SegmentKind.PRODUCT, _("Product")
        QUIZ = SegmentKind.QUIZ, _("Quiz")
        POLL = SegmentKind.POLL, _("Poll")
        CALL_TO_ACTION = SegmentKind.CALL_TO_ACTION, _("Call to action")
        CLOSING = SegmentKind.CLOSING, _("Closing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.TOPIC)
    title = models.CharField(_("title"), max_length=120, validators=[refuse_direction_controls])
    duration_s = models.PositiveIntegerField(
        _("duration"), default=600, validators=[MinValueValidator(30), MaxValueValidator(6 * 3600)]
    )
    # Topics for the host, or the options of a poll.
    talking_points: "models.JSONField[list[str]]" = models.JSONField(
        _("talking points"), default=list, blank=True
    )

    objects: ClassVar[models.Manager["Segment"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class QuizQuestion(models.Model):
    """A streamer's quiz question; the host asks these before the built-in ones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="questions")
    question = models.CharField(_("question"), max_length=200)
    # Each of them is right; the host says the first.
    answers: "models.JSONField[list[str]]" = models.JSONField(_("right answers"))
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["QuizQuestion"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.question
