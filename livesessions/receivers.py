import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction
from django.db.models.signals import post_delete, post_migrate
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django_scopes import scopes_disabled

from billing.signals import LiveName, live_names_asked
from encoder.signals import StreamUse, stream_renewed, stream_use_asked
from livesessions.console import publisher
from livesessions.errors import SessionConflict
from livesessions.eventlog.partitions import EVENT_LOG
from livesessions.kill.acknowledgements import acknowledge_page
from livesessions.models.replies import REPLY_AUDIO, ReplyAudio, audio_key
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.querysets import latest_sessions
from livesessions.services.rules import send_rules_to_lives
from livesessions.services.sessions import send_if_redis_answers
from livesessions.shows.services.shows import make_show
from livesessions.shows.services.voice_cache import warm_shows
from livesessions.worker.commands import (
    RenewStream,
    ReportPlayback,
    SetViewerRole,
    encode_command,
    playback_channel,
)
from moderation.models import Policy, ViewerRule
from moderation.signals import PolicyUse, policy_changed, policy_uses_asked, viewer_rule_removed
from overlay.orders.order import Order, OrderKind
from overlay.presence import OpenPage
from overlay.signals import (
    OverlayUse,
    overlay_language_asked,
    overlay_pages_changed,
    overlay_silenced,
    overlay_use_asked,
    standing_orders_asked,
    utterance_acknowledged,
)
from overlay.testing.playback_reports import add_report
from planner.signals import persona_uses_asked
from providers.errors import ObjectStoreError
from providers.object_store import TenantObjects
from providers.redis import async_redis
from speech.signals import voice_uses_asked, voices_changed
from tenants.models import Tenant
from tenants.rows.uses import RowUse
from tenants.signals import tenant_closing, tenant_created, tenant_deleting

logger = logging.getLogger(__name__)


@receiver(tenant_created)
def create_first_show(tenant: Tenant, **kwargs: Any) -> None:
    """Create a show for a new tenant, so that its first live takes one click."""
    with override(tenant.language):
        name = gettext("My first show")
    make_show(tenant=tenant, name=name, language=tenant.language)


@receiver(tenant_closing)
def refuse_to_close_during_a_live(tenant: Tenant, **kwargs: Any) -> None:
    started = LiveSession.objects.filter(tenant=tenant, start_requested_at__isnull=False)
    if started.exclude(status=LiveSession.Status.ENDED).exists():
        raise SessionConflict(gettext("A live is running. End it first, then delete the workspace."))


@receiver(tenant_deleting)
def delete_shows(tenant: Tenant, **kwargs: Any) -> None:
    """Delete the shows first: they protect their persona, voice, policy and overlay."""
    Show.objects.filter(tenant=tenant).delete()


@receiver(utterance_acknowledged)
async def send_playback_report(
    overlay_id: UUID,
    utterance_id: UUID,
    phase: str,
    level_db: float | None = None,
    underruns: int | None = None,
    **kwargs: Any,
) -> None:
    """Publish a page's playback report to the live's worker: one message, on the shared connection."""
    report = ReportPlayback(utterance_id, phase == "ended", level_db, underruns)
    await async_redis().publish(playback_channel(overlay_id), encode_command(report))


@receiver(utterance_acknowledged)
async def store_overlay_test_report(
    utterance_id: UUID, phase: str, played_ms: int | None, **kwargs: Any
) -> None:
    """Store a page's playback report for the overlay test that waits for it, if there is one."""
    await add_report(utterance_id, phase=phase, played_ms=played_ms, level_db=kwargs.get("level_db"))


@receiver(overlay_pages_changed)
async def send_open_pages_to_consoles(overlay_id: Any, pages: list[OpenPage], **kwargs: Any) -> None:
    """Send the list of open overlay pages to the consoles of the show's live."""
    message: publisher.ConsoleOverlaysMessage = {"kind": "overlays", "pages": pages}
    for session_id in await database_sync_to_async(_open_sessions_of)(overlay_id):
        await publisher.publish(session_id, [message])


@receiver(overlay_silenced)
async def acknowledge_silence(overlay_id: UUID, page_id: str, **kwargs: Any) -> None:
    """Record that a page has fallen silent, for whoever pressed the kill switch."""
    await database_sync_to_async(_acknowledge_page)(overlay_id, page_id)


def _acknowledge_page(overlay_id: UUID, page_id: str) -> None:
    with scopes_disabled():
        acknowledge_page(overlay_id, page_id)


def _open_sessions_of(overlay_id: Any) -> list[UUID]:
    with scopes_disabled():
        # One table at a time: a join could deadlock with a transaction that locks the tables in turn.
        shows = list(Show.objects.filter(overlay_id=overlay_id).values_list("id", flat=True))
        sessions = LiveSession.objects.filter(show_id__in=shows)
        return list(sessions.exclude(status=LiveSession.Status.ENDED).values_list("id", flat=True))


@receiver(standing_orders_asked)
def order_overlays_as_rows_say(overlay_ids: Collection[UUID], **kwargs: Any) -> list[Order]:
    """Return what the newest live on each overlay demands of its pages."""
    with scopes_disabled():
        overlays = dict(Show.objects.filter(overlay_id__in=overlay_ids).values_list("id", "overlay_id"))
        newest = LiveSession.objects.filter(show_id__in=overlays).order_by("show_id", "-created_at")
        lives = list(newest.distinct("show_id"))
    return [order for live in lives for order in _standing_orders(live, overlays[live.show_id])]


def _standing_orders(session: LiveSession, overlay_id: UUID) -> Iterator[Order]:
    if not session.is_open or session.stop_requested_at is not None:
        yield Order(overlay_id, OrderKind.END, session.lease_number)
        return
    if session.status == LiveSession.Status.ACTIVE:
        yield Order(overlay_id, OrderKind.LEASED, session.lease_number)
    if session.muted:
        yield Order(overlay_id, OrderKind.MUTE)


@receiver(overlay_language_asked)
def find_language_of_show(overlay_id: UUID, **kwargs: Any) -> str | None:
    with scopes_disabled():  # the overlay's page has no tenant but its token
        return Show.objects.filter(overlay_id=overlay_id).values_list("language", flat=True).first()


@receiver(post_delete, sender=ReplyAudio)
def delete_audio_of_reply(instance: ReplyAudio, **kwargs: Any) -> None:
    """Delete the file of a deleted row: by retention, or with its live, its show or its workspace."""
    key = audio_key(instance.session_id, instance.reply_id)
    objects = TenantObjects(REPLY_AUDIO, instance.tenant_id)
    transaction.on_commit(lambda: _delete_object(objects, key))


def _delete_object(objects: TenantObjects, key: str) -> None:
    try:
        objects.delete(key)
    except ObjectStoreError:
        logger.warning("audio of a reply not deleted: key=%s", key)


@receiver(overlay_use_asked)
def find_overlay_of_show(tenant: Tenant, use_id: UUID, **kwargs: Any) -> OverlayUse | None:
    show = Show.objects.filter(tenant=tenant, id=use_id).first()
    if show is None:
        return None
    return OverlayUse(
        id=show.id,
        overlay_id=show.overlay_id,
        name=show.name,
        address=reverse("website:show_detail", args=[show.id]),
        setup_address=reverse("livesessions:show_setup", args=[show.id]),
    )


@receiver(stream_use_asked)
def find_streamed_show(tenant: Tenant, use_id: UUID, **kwargs: Any) -> StreamUse | None:
    show = Show.objects.filter(tenant=tenant, id=use_id).first()
    if show is None:
        return None
    address = reverse("website:show_detail", args=[show.id])
    return StreamUse(show.id, show.name, address, show.archived_at, show.mode == Show.Mode.MANAGED)


@receiver(stream_renewed)
def renew_streams(use_id: UUID, **kwargs: Any) -> None:
    """Have the open lives of a show go on with its stored stream target."""
    open_lives = LiveSession.objects.filter(show_id=use_id).exclude(status=LiveSession.Status.ENDED)
    for session_id in open_lives.values_list("id", flat=True):
        send_if_redis_answers(session_id, RenewStream())


@receiver(live_names_asked)
def name_lives(tenant: Tenant, live_ids: list[UUID], **kwargs: Any) -> dict[UUID, LiveName]:
    """Return the name, the begin and the page of lives, for what they cost."""
    lives = LiveSession.objects.filter(tenant=tenant, id__in=live_ids).select_related("show")
    return {
        live.id: LiveName(
            live.show.name,
            live.started_at or live.created_at,
            reverse("livesessions:session_detail", args=[live.id]),
        )
        for live in lives
    }


@receiver(policy_uses_asked)
def list_shows_with_policies(policies: list[Policy], **kwargs: Any) -> dict[UUID, list[PolicyUse]]:
    """Return the shows that use each policy, by the policy's id."""
    uses: defaultdict[UUID, list[PolicyUse]] = defaultdict(list)
    if not policies:
        return uses
    latest = latest_sessions(policies[0].tenant)
    for show in Show.objects.filter(policy__in=policies).order_by("name"):
        live = latest.get(show.id)
        uses[show.policy_id].append(
            PolicyUse(
                name=show.name,
                address=reverse("website:show_rules", args=[show.id]),
                decisions_address=reverse("livesessions:decision_list", args=[live.id]) if live else "",
            )
        )
    return uses


@receiver(policy_changed)
def send_changed_policy(policy: Policy, **kwargs: Any) -> None:
    """Have the running lives that use a policy reload it."""
    send_rules_to_lives(LiveSession.objects.filter(tenant_id=policy.tenant_id, show__policy=policy))


@receiver(viewer_rule_removed)
def send_removed_viewer_rule(rule: ViewerRule, **kwargs: Any) -> None:
    """Remove the viewer's role in the running lives of the tenant."""
    command = SetViewerRole(rule.viewer_hash, "")
    lives = LiveSession.objects.filter(tenant_id=rule.tenant_id).exclude(status=LiveSession.Status.ENDED)
    for session_id in lives.values_list("id", flat=True):
        send_if_redis_answers(session_id, command)


@receiver(persona_uses_asked)
def list_shows_with_personas(tenant: Tenant, **kwargs: Any) -> list[RowUse]:
    return _uses_by_shows(tenant, "persona_id", page="website:show_host")


@receiver(voice_uses_asked)
def list_shows_with_voices(tenant: Tenant, **kwargs: Any) -> list[RowUse]:
    return _uses_by_shows(tenant, "voice_id", page="website:show_voice")


def _uses_by_shows(tenant: Tenant, field: str, *, page: str) -> list[RowUse]:
    """Return what each show uses by a field, by name."""
    return [
        RowUse(getattr(show, field), show.name, reverse(page, args=[show.id]))
        for show in Show.objects.filter(tenant=tenant).order_by("name")
    ]


@receiver(voices_changed)
def record_sentences_again(tenant_id: UUID, **kwargs: Any) -> None:
    """Record the sentences of shows again whose audio has changed; unchanged clips are reused."""
    warm_shows(Show.objects.filter(tenant_id=tenant_id).values_list("id", flat=True))


@receiver(post_migrate, dispatch_uid="make_partitions_of_event_log")
def make_partitions_of_event_log(sender: Any, **kwargs: Any) -> None:
    """Create the partitions of a new installation, before the scheduled job has run."""
    if sender.name == "livesessions" and EVENT_LOG.is_partitioned():
        EVENT_LOG.make(timezone.now().date())
