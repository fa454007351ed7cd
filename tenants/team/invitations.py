"""Invitations: sending, revoking and accepting them.

None of them looks up whether the invited address has an account, so nobody learns it from an answer.
"""

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from tenants import audit
from tenants.models import Invitation, Membership, Tenant, User
from tenants.services import hash_key
from tenants.signals import seat_asked
from tenants.team.errors import InvitationError

INVITATION_KEY = "invitation"  # of the log-in session: the key of the link that a visitor has opened
VALID_FOR = timedelta(days=7)
RESEND_PAUSE = timedelta(minutes=1)
MAX_MAILS_A_DAY = 50  # of one workspace
MAX_MAILS_TO_ADDRESS_A_DAY = 5  # of all workspaces together


@transaction.atomic
def create_invitation(*, tenant: Tenant, by: User, email: str, role: str) -> tuple[Invitation, str]:
    """Create an invitation; return it and its link's key, which is not stored.

    An expired invitation of the same address is replaced. Raise `InvitationError` for a member's address, for
    an address that is invited already, and above the limits of mails; another `AppError` when a higher app
    refuses, as at the plan's limit of members.
    """
    email = email.strip().lower()
    if tenant.memberships.filter(user__email=email).exists():
        raise InvitationError(_("%(email)s is already in this workspace.") % {"email": email})
    _take_mail(tenant, email)
    now, key = timezone.now(), secrets.token_urlsafe(32)
    open_invitations(tenant).filter(email=email, expires_at__lte=now).update(revoked_at=now)
    seat_asked.send(sender=Tenant, tenant=tenant, taken=lambda: _members(tenant) + _waiting(tenant, now))
    invitation = Invitation(
        tenant=tenant,
        email=email,
        role=role,
        key_hash=hash_key(key),
        invited_by=by,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        text = _("%(email)s is already invited. Use “Send again” in the list below.")
        raise InvitationError(text % {"email": email}) from None
    audit.record("invitation.sent", invitation, detail={"role": role})
    return invitation, key


@transaction.atomic
def renew_invitation(*, invitation: Invitation) -> str:
    """Give an open invitation a new link and seven more days; return its key. The old link ends.

    Raise `InvitationError` too soon and above the limits of mails. An expired one takes a seat again: then a
    higher app may refuse.
    """
    invitation = Invitation.objects.select_for_update().get(id=invitation.id)
    _require_open(invitation)
    now, key = timezone.now(), secrets.token_urlsafe(32)
    if now - invitation.sent_at < RESEND_PAUSE:
        raise InvitationError(_("You sent it a moment ago. Wait a minute, then send it again."))
    tenant = invitation.tenant
    if invitation.has_expired():
        seat_asked.send(sender=Tenant, tenant=tenant, taken=lambda: _members(tenant) + _waiting(tenant, now))
    _take_mail(tenant, invitation.email)
    invitation.key_hash, invitation.sent_at = hash_key(key), now
    invitation.sent_count += 1
    invitation.expires_at = now + VALID_FOR
    invitation.save(update_fields=["key_hash", "sent_at", "sent_count", "expires_at"])
    audit.record("invitation.sent_again", invitation)
    return key


@transaction.atomic
def revoke_invitation(*, invitation: Invitation) -> None:
    """End an invitation; its link stops working at once."""
    invitation = Invitation.objects.select_for_update().get(id=invitation.id)
    if invitation.accepted_at is None and invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        audit.record("invitation.revoked", invitation)


def find_invitation(*, key: str) -> Invitation | None:
    """Return the invitation of a link's key; None if it was revoked, accepted or has expired.

    Searches all tenants, because the key determines the tenant.
    """
    with scopes_disabled():
        invitation: Invitation | None = (
            Invitation.objects.select_related("tenant", "invited_by")
            .filter(key_hash=hash_key(key), accepted_at=None, revoked_at=None)
            .filter(expires_at__gt=timezone.now(), tenant__closed_at=None)
            .first()
        )
    return invitation


def invitations_for(user: User) -> list[Invitation]:
    """Return the open invitations to the user's verified addresses, of all workspaces."""
    with scopes_disabled():
        found = Invitation.objects.select_related("tenant", "invited_by").filter(
            email__in=_verified_addresses(user),
            accepted_at=None,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            tenant__closed_at=None,
        )
        return list(found)


def is_invited(invitation: Invitation, user: User) -> bool:
    """Return whether one of the user's verified addresses is the invited one."""
    return invitation.email in _verified_addresses(user)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """Make the user a member; raise `InvitationError` for another address, or if it is not open any more.

    Raise another `AppError` when a higher app refuses, as at the plan's limit of members. A member's role
    stays as it is.
    """
    with scope(tenant=invitation.tenant):
        invitation = Invitation.objects.select_for_update().get(id=invitation.id)
        _require_open(invitation)
        if not is_invited(invitation, user):
            raise InvitationError(_("This invitation is for another e-mail address."))
        if not Membership.objects.filter(tenant_id=invitation.tenant_id, user=user).exists():
            tenant = invitation.tenant
            seat_asked.send(sender=Tenant, tenant=tenant, taken=lambda: _members(tenant))
        membership, joined = Membership.objects.get_or_create(
            tenant_id=invitation.tenant_id, user=user, defaults={"role": invitation.role}
        )
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        if joined:
            audit.record("member.joined", membership, label=user.email, detail={"role": membership.role})
    return membership


def open_invitations(tenant: Tenant) -> "QuerySet[Invitation]":
    """Return the invitations that wait for an answer, newest first; expired ones too."""
    return Invitation.objects.filter(tenant=tenant, accepted_at=None, revoked_at=None)


def _members(tenant: Tenant) -> int:
    return Membership.objects.filter(tenant=tenant).count()


def _waiting(tenant: Tenant, now: datetime) -> int:
    return open_invitations(tenant).filter(expires_at__gt=now).count()


def _require_open(invitation: Invitation) -> None:
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationError(_("This invitation is not open any more."))


def _verified_addresses(user: User) -> list[str]:
    found = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [email.lower() for email in found]


def _take_mail(tenant: Tenant, email: str) -> None:
    """Raise `InvitationError` when the workspace or the address has had its mails of the last day."""
    since = timezone.now() - timedelta(days=1)
    with scopes_disabled():
        sent = Invitation.objects.filter(sent_at__gt=since)
        by_tenant = sent.filter(tenant=tenant).aggregate(mails=Sum("sent_count"))["mails"] or 0
        to_address = sent.filter(email=email).aggregate(mails=Sum("sent_count"))["mails"] or 0
    if by_tenant >= MAX_MAILS_A_DAY:
        raise InvitationError(_("This workspace has sent many invitations today. Try again tomorrow."))
    if to_address >= MAX_MAILS_TO_ADDRESS_A_DAY:
        raise InvitationError(_("This address has got many invitations today. Try again tomorrow."))
