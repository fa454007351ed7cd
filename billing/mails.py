"""Sends the mails about a workspace's money to those who may see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from interface.mails import build_mail
from tenants.models import Membership, Tenant


def readers_of(tenant_id: UUID) -> list[str]:
    """Return the addresses of a workspace's owner and admins."""
    roles = (Membership.Role.OWNER, Membership.Role.ADMIN)
    members = Membership.objects.filter(tenant=tenant_id, role__in=roles, user__is_active=True)
    return sorted(members.values_list("user__email", flat=True))


@contextmanager
def words_of(tenant: Tenant) -> Iterator[None]:
    """Use the workspace's language and time zone."""
    with override(tenant.language), timezone.override(ZoneInfo(tenant.time_zone)):
        yield


def send_money_mail(tenant: Tenant, *, to: str, subject: str, text: str, page: str, action: str) -> None:
    """Send a mail about a workspace to one address; `action` leads to the page of that URL name."""
    paragraphs = [_("Hello,"), text]
    if address := _address_of(page):
        paragraphs.append(address)
    paragraphs.append(_("This is about the workspace %(name)s.") % {"name": tenant.name})
    build_mail(to=[to], subject=subject, text="\n\n".join(paragraphs), action=action).send()


def _address_of(page: str) -> str:
    """Return the public address of a page; empty when the installation's own address is not known."""
    try:
        path = reverse(page)
    except NoReverseMatch:
        return ""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}" if settings.PUBLIC_URL else ""
