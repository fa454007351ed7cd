from dataclasses import replace
from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from tenants.acting import acting_as, current_actor
from tenants.models import AuditEntry, Language, User
from tenants.services import create_tenant


@receiver(user_signed_up)
def create_first_tenant(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Create a workspace for a user who has signed up."""
    language = (get_language() or "en")[:2]
    if language not in Language.values:
        language = Language.ENGLISH
    name = gettext("%(name)s's lives") % {"name": user.get_short_name()}
    with acting_as(replace(current_actor(), kind=AuditEntry.ActorKind.USER, user_id=user.id)):
        create_tenant(owner=user, name=name, language=language)
