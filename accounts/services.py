"""Writes of a user's own account."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit
from tenants.errors import AppError
from tenants.models import Membership, User
from tenants.team.members import tenants_owned_alone


class AccountError(AppError):
    """Raised when an account cannot be changed; its message says what to do."""

    code = "account_refused"


def end_log_ins(*, user: User, keep: str) -> int:
    """End all log-ins of a user but the session `keep`; return how many. Open sockets close at once."""
    others = [each for each in UserSession.objects.filter(user=user) if each.session_key != keep]
    for each in others:
        end_log_in(log_in=each)
    return len(others)


@transaction.atomic
def end_log_in(*, log_in: UserSession) -> None:
    """End one log-in; its next page is the log-in page."""
    audit.record("log_in.ended", log_in.user, label="")
    log_in.end()


@transaction.atomic
def delete_account(*, user: User) -> None:
    """Delete a user with log-ins and memberships; entries of the audit log then name nobody any more.

    Raise `AccountError` while a workspace would be left without an owner, and for staff.
    """
    user = User.objects.select_for_update().get(id=user.id)
    if user.is_staff:
        raise AccountError(
            _("You work for this installation. Ask a colleague to remove your staff rights first.")
        )
    if tenants_owned_alone(user):
        raise AccountError(_("You still own a workspace. Transfer or delete it first."))
    end_log_ins(user=user, keep="")
    for membership in Membership.objects.filter(user=user).select_related("tenant"):
        audit.record("member.left", membership, label="", detail={"role": membership.role})
        membership.delete()  # one by one: open sockets hear of it
    audit.record("account.deleted", user, label="")
    user.delete()
