from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tenants.models import Membership
from website.wizard.progress import is_finished

FRONT_PAGE = "website:front_page"


def mailbox(request: HttpRequest) -> dict[str, bool]:
    """Return whether mails can be read on a page of this site, as in development."""
    return {"has_mailbox": bool(settings.MAILBOX_DIR)}


def set_up(request: HttpRequest) -> dict[str, Any]:
    """Return, on the first page only, where those who may set the workspace up go on with it."""
    match, membership = request.resolver_match, getattr(request, "membership", None)
    if match is None or match.view_name != FRONT_PAGE or membership is None:
        return {}
    if not membership.may_act_as(Membership.Role.ADMIN) or is_finished(membership.tenant):
        return {}
    return {"set_up_url": reverse("website:start")}
