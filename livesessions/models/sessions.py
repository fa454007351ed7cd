import uuid
from datetime import UTC
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from billing.ledger.warning_mails import credit_warning_text
from billing.plans.live_grace import GraceReason, LiveGrace, warning_text
from livesessions.models.shows import Show
from tenants.models import Tenant


class LiveSession(models.Model):
    """One live of a show, from its preparation to its end."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Ready")
        ACTIVE = "active", _("On air")
        ENDED = "ended", _("Ended")

    class Source(models.TextChoices):
        TIKTOK = "tiktok", "TikTok"
        SIMULATOR = "simulator", _("Simulated chat")
        REPLAY = "replay", _("Recorded chat")
        BRIDGE = "bridge", _("Another app (TikFinity, your bot)")

    class WaitingReason(models.TextChoices):
        NO_WORKER = "no_worker", _("Waiting for a worker.")
        AT_CAPACITY = "at_capacity", _("All workers are busy. Your live starts as soon as one is free.")
        STREAMS_FULL = (
            "streams_full",
            _("Our servers send as many streams as they can. Your live starts as soon as one ends."),
        )

    class EndReason(models.TextChoices):
        STOPPED = "stopped", _("You ended it.")
        KILLED = "killed", _("The kill switch ended it.")
        LIVE_ENDED = "live_ended", _("The live on TikTok ended.")
        HANDLE_NOT_FOUND = (
            "handle_not_found",
            _("TikTok does not know this handle. Check the handle in the show."),
        )
        USER_OFFLINE = (
            "user_offline",
            _("The account is not live on TikTok. Go live there first, then start again."),
        )
        AGE_RESTRICTED = (
            "age_restricted",
            _("The live is age-restricted, so its chat cannot be read. Change its audience in TikTok."),
        )
        SIGN_RATE_LIMITED = (
            "sign_rate_limited",
            _("Too many connections to TikTok right now. Wait a few minutes, then start again."),
        )
        SIGN_FAILED = (
            "sign_failed",
            _("The service that connects us to TikTok's chat does not work right now. Try again shortly."),
        )
        BLOCKED = "blocked", _("TikTok refused the connection. Try again in a few minutes.")
        CONNECTION_LOST = "connection_lost", _("The connection to TikTok's chat was lost. Start again.")
        SUSPENDED = "suspended", _("TikTok suspended the live. Read the message in the TikTok app.")
        SHOPPING_LIVE = (
            "shopping_live",
            _(
                "The show is marked as a TikTok Shop live, which an AI voice may not host. "
                "If it is not one, remove the mark in the show, then start again."
            ),
        )
        PLAN_ENDED = "plan_ended", _("Your plan did not allow more live time, and the 30 minutes were over.")
        WORKER_FAILED = (
            "worker_failed",
            _("An error on our side ended the live. We have been notified; start again."),
        )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="live_sessions")
    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="sessions")
    source = models.CharField(_("chat"), max_length=20, choices=Source, default=Source.TIKTOK)
    # The source's options, such as the simulator's rate or the replay's file.
    source_options: "models.JSONField[dict[str, Any]]" = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    end_reason = models.CharField(max_length=30, choices=EndReason, blank=True)
    muted = models.BooleanField(_("muted"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # The month of the event log's partition for all of the session's events.
    log_month = models.GeneratedField(
        expression=TruncMonth("created_at", tzinfo=UTC),
        output_field=models.DateField(),
        db_persist=True,
    )
    start_requested_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    # Why the live was stopped, if not by a person; it becomes the end's reason.
    stop_reason = models.CharField(max_length=30, choices=EndReason, blank=True, default="", db_default="")
    # Set while the workspace may not be on air any more: why, and when the live ends at the latest.
    plan_grace_reason = models.CharField(
        max_length=20, choices=GraceReason, blank=True, default="", db_default=""
    )
    plan_grace_ends_at = models.DateTimeField(null=True)
    # What of the workspace's credit is nearly used up: a meter's highest warning, such as 80, by its name.
    credit_warnings: "models.JSONField[dict[str, int]]" = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    counts: "models.JSONField[dict[str, int]]" = models.JSONField(default=dict, blank=True)
    # Why a started session has no worker yet.
    waiting_reason = models.CharField(max_length=20, choices=WaitingReason, blank=True)
    # The worker that holds the session, and when its lease expires unless it is renewed.
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    # Rises with each lease of any session: what a worker does under an older one counts no more.
    lease_number = models.BigIntegerField(default=0, db_default=0)

    objects: ClassVar[models.Manager["LiveSession"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["lease_expires_at"], condition=Q(status="active"), name="livesessions_leases_held"
            ),
            models.Index(
                fields=["tenant", "-started_at", "-id"],
                condition=Q(started_at__isnull=False),
                name="livesessions_lives_by_start",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["show"],
                condition=~Q(status="ended"),
                name="livesessions_one_open_session_a_show",
            ),
            # Referenced by the event log, so that an event cannot be in another month than its session.
            models.UniqueConstraint(fields=["id", "log_month"], name="livesessions_a_session_has_one_month"),
            models.CheckConstraint(
                condition=Q(status="ended") | Q(end_reason=""),
                name="livesessions_only_the_ended_have_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.show_id} · {self.status}"

    @property
    def end_reason_text(self) -> str:
        """The end reason as the user's text; the end of a live on TikTok is worded by the source."""
        if self.end_reason == self.EndReason.LIVE_ENDED and self.source != self.Source.TIKTOK:
            if self.source == self.Source.BRIDGE:
                return gettext("Your app reported the end of the live.")
            return gettext("The chat of this live has ended.")
        return self.get_end_reason_display()

    @property
    def plan_grace(self) -> LiveGrace | None:
        """The last minutes of a live whose workspace may not be on air any more."""
        if not self.plan_grace_reason or self.plan_grace_ends_at is None:
            return None
        return LiveGrace(GraceReason(self.plan_grace_reason), self.plan_grace_ends_at)

    @property
    def plan_warning(self) -> str:
        """What the creator reads during those minutes; empty otherwise."""
        grace = self.plan_grace if self.is_open else None
        return warning_text(grace, now=timezone.now()) if grace else ""

    @property
    def credit_warning(self) -> str:
        """What the creator reads while a live's credit is nearly used up; empty otherwise."""
        return credit_warning_text(self.credit_warnings) if self.is_open else ""

    @property
    def is_streamed(self) -> bool:
        """Whether our servers send its picture; a rehearsal's, with a simulated chat, goes nowhere."""
        return self.show.mode == Show.Mode.MANAGED and self.source != self.Source.SIMULATOR

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.ENDED

    @property
    def is_starting(self) -> bool:
        """Whether the session was started and no worker has claimed it yet."""
        return self.status == self.Status.PENDING and self.start_requested_at is not None
