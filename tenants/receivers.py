from dataclasses import replace
from typing import Any

from allauth.account.signals import user_signed_up
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext

from tenants.acting import acting_as, current_actor
from tenants.models import AuditEntry, Language, Membership, User
from tenants.services import create_tenant
from tenants.sockets.notices import announce_changed_rights


@receiver(user_signed_up)
def create_first_tenant(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Create a workspace for a user who has signed up."""
    language = (get_language() or "en")[:2]
    if language not in Language.values:
        language = Language.ENGLISH
    name = gettext("%(name)s's lives") % {"name": user.get_short_name()}
    with acting_as(replace(current_actor(), kind=AuditEntry.ActorKind.USER, user_id=user.id)):
        create_tenant(owner=user, name=name, language=language)


@receiver([post_save, post_delete], sender=Membership)
def announce_changed_membership(instance: Membership, **kwargs: Any) -> None:
    announce_changed_rights(instance.user_id)


@receiver(post_save, sender=User)
def announce_changed_account(
    instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    """Announce a disabled account or a new password; each log-in saves only the time of the last one."""
    if not created and update_fields != frozenset({"last_login"}):
        announce_changed_rights(instance.id)


@receiver(post_delete, sender=User)
def announce_deleted_account(instance: User, **kwargs: Any) -> None:
    announce_changed_rights(instance.id)


@receiver(post_delete, sender=Session)
def announce_ended_log_in(instance: Session, **kwargs: Any) -> None:
    """Announce a log-out; the sockets of an expired log-in have closed by themselves."""
    user_id = instance.get_decoded().get(SESSION_KEY)
    if user_id and instance.expire_date > timezone.now():
        announce_changed_rights(user_id)
