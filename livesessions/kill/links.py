"""Emergency links: secret addresses that end the lives of a workspace, or of one show."""

import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled
from redis.exceptions import RedisError

from livesessions.errors import SessionConflict
from livesessions.kill.index import forget_links, store_link
from livesessions.kill.services import kill_session
from livesessions.models.kills import EmergencyLink, Kill
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from tenants import audit
from tenants.acting import Actor, acting_as
from tenants.models import AuditEntry, Tenant, User
from tenants.services import hash_key

logger = logging.getLogger(__name__)

MAX_LINKS = 20  # of one workspace
RECENT = timedelta(minutes=10)  # for so long its page shows what a press has done


def too_many_links() -> SessionConflict:
    return SessionConflict(
        _("A workspace has at most 20 emergency links. Delete one that nobody uses."), code="too_many_links"
    )


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its token, which is known only now."""

    link: EmergencyLink
    token: str


@transaction.atomic
def create_link(*, tenant: Tenant, user: User, name: str, show: Show | None = None) -> NewLink:
    """Create an emergency link for a show, or for all shows; raise `SessionConflict` beyond `MAX_LINKS`."""
    Tenant.objects.select_for_update().get(id=tenant.id)
    if EmergencyLink.objects.filter(tenant=tenant).count() >= MAX_LINKS:
        raise too_many_links()
    token = secrets.token_urlsafe(32)
    link = EmergencyLink.objects.create(
        tenant=tenant, show=show, name=name, created_by=user, token_hash=hash_key(token)
    )
    audit.record("emergency_link.created", link)
    _tell_redis(lambda: store_link(link))
    return NewLink(link, token)


@transaction.atomic
def rotate_link(*, link: EmergencyLink) -> NewLink:
    """Give a link a new address; the old one ends no live any more."""
    token, old_hash = secrets.token_urlsafe(32), link.token_hash
    link.token_hash, link.rotated_at = hash_key(token), timezone.now()
    link.save(update_fields=["token_hash", "rotated_at"])
    audit.record("emergency_link.rotated", link)
    _tell_redis(lambda: forget_links([old_hash]))
    _tell_redis(lambda: store_link(link))
    return NewLink(link, token)


@transaction.atomic
def delete_link(*, link: EmergencyLink) -> None:
    """Delete a link; its address ends no live any more."""
    audit.record("emergency_link.deleted", link)
    token_hash = link.token_hash
    link.delete()
    _tell_redis(lambda: forget_links([token_hash]))


def _tell_redis(change: Callable[[], None]) -> None:
    """Change what Redis knows of the links, on commit; a job repeats what an unreachable Redis missed."""

    def tell() -> None:
        try:
            change()
        except (RedisError, OSError):
            logger.warning("redis unreachable: it knows an emergency link of before")

    transaction.on_commit(tell)


def find_link(token: str) -> EmergencyLink | None:
    """Find the link of a token in all tenants: the token is the credential."""
    with scopes_disabled():
        links = EmergencyLink.objects.select_related("tenant", "show")
        return links.filter(token_hash=hash_key(token)).first()


def open_lives(link: EmergencyLink) -> QuerySet[LiveSession]:
    """Return the lives that a link ends, oldest first: those that were started and have not ended."""
    lives = LiveSession.objects.filter(tenant_id=link.tenant_id, start_requested_at__isnull=False)
    if link.show_id is not None:
        lives = lives.filter(show_id=link.show_id)
    return lives.exclude(status=LiveSession.Status.ENDED).select_related("show").order_by("created_at")


def recent_kills(link: EmergencyLink) -> QuerySet[Kill]:
    """Return the latest presses of the kill switch on a link's lives, newest first."""
    kills = Kill.objects.filter(tenant_id=link.tenant_id, pressed_at__gt=timezone.now() - RECENT)
    if link.show_id is not None:
        kills = kills.filter(session__show_id=link.show_id)
    return kills.select_related("session__show", "pressed_by")


def press(
    *, link: EmergencyLink, address: str | None, pressed_at: datetime, silenced: Collection[UUID] = ()
) -> int:
    """End all lives of a link; return how many. One that fails does not keep the others on air.

    `silenced`: the sessions that were silenced before this call, which their workers may have ended already.
    Raise the error of the last that failed, after all were tried.
    """
    by = Actor(AuditEntry.ActorKind.SYSTEM, label=link.name, address=address)
    ended, failed = 0, None
    with scope(tenant=link.tenant), acting_as(by):
        for session in _lives_at(link, pressed_at, silenced):
            try:
                kill_session(session=session, way=Kill.Way.LINK, pressed_at=pressed_at)
                ended += 1
            except SessionConflict:
                logger.info("live had ended before: session=%s", session.id)
            except DatabaseError as error:
                failed = error
        with transaction.atomic():
            EmergencyLink.objects.filter(id=link.id).update(last_used_at=timezone.now())
            audit.record("emergency_link.used", link, detail={"ended": ended})
    if failed is not None:
        raise failed
    return ended


def _lives_at(link: EmergencyLink, pressed_at: datetime, silenced: Collection[UUID]) -> QuerySet[LiveSession]:
    """Return the lives that a press ends; none that was started after it."""
    is_open = Q(start_requested_at__lte=pressed_at) & ~Q(status=LiveSession.Status.ENDED)
    lives = LiveSession.objects.filter(is_open | Q(id__in=silenced), tenant_id=link.tenant_id)
    if link.show_id is not None:
        lives = lives.filter(show_id=link.show_id)
    return lives.select_related("show").order_by("created_at")
