"""Changes of a team: roles, removal, leaving, ownership. See docs/roles.md.

Each saves or deletes single rows, so that the members' open sockets hear of it and close.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tenants import audit
from tenants.models import Membership, Tenant, User
from tenants.team.errors import TeamError

Role = Membership.Role


@transaction.atomic
def change_role(*, member: Membership, role: str) -> None:
    """Give a member a role below the owner's; ownership is only transferred."""
    member = _lock_team(member)[member.id]
    if Role.OWNER in (member.role, role):
        raise TeamError(_("An owner's role changes only when the ownership is transferred."))
    before, member.role = member.role, Role(role)
    if before != role:
        member.save(update_fields=["role"])
        detail = {"role": {"before": before, "after": role}}
        audit.record("member.role_changed", member, label=member.user.email, detail=detail)


@transaction.atomic
def remove_member(*, member: Membership, by: Membership) -> None:
    """Remove a member; the member's tokens and open sockets end at once. Only an owner removes an owner."""
    team = _lock_team(member)
    if team[member.id].role == Role.OWNER and by.role != Role.OWNER:
        raise TeamError(_("Only an owner can remove an owner."))
    ending = _require_another_owner(team, member)
    audit.record("member.removed", ending, label=ending.user.email, detail={"role": ending.role})
    ending.delete()


@transaction.atomic
def leave_tenant(*, member: Membership) -> None:
    """End one's own membership; raise `TeamError` for the last owner."""
    ending = _require_another_owner(_lock_team(member), member)
    audit.record("member.left", ending, label=ending.user.email, detail={"role": ending.role})
    ending.delete()


@transaction.atomic
def transfer_ownership(*, owner: Membership, to: Membership) -> None:
    """Make another member the owner; the owner becomes an admin."""
    team = _lock_team(owner)
    old, new = team[owner.id], team[to.id]
    if old.role != Role.OWNER or new.role == Role.OWNER or not new.user.is_active:
        raise TeamError(_("The ownership cannot be transferred to this member."))
    old.role, new.role = Role.ADMIN, Role.OWNER
    for member in (new, old):
        member.save(update_fields=["role"])
    audit.record("ownership.transferred", new, label=new.user.email, detail={"from": str(old.user_id)})


def tenants_owned_alone(user: User) -> list[Tenant]:
    """Return the workspaces that would have no owner without this user."""
    owned = Membership.objects.filter(user=user, role=Role.OWNER).select_related("tenant")
    return [
        member.tenant
        for member in owned
        if not Membership.objects.filter(tenant=member.tenant_id, role=Role.OWNER, user__is_active=True)
        .exclude(user=user)
        .exists()
    ]


def _lock_team(member: Membership) -> dict[UUID, Membership]:
    """Return the team's memberships by id, locked, so that no two owners can leave at once.

    Raise `TeamError` when this membership has ended in the meantime.
    """
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user")
    team = {row.id: row for row in rows.filter(tenant=member.tenant_id).order_by("id")}
    if member.id not in team:
        raise TeamError(_("This person is not in the workspace any more."))
    return team


def _require_another_owner(team: Mapping[UUID, Membership], member: Membership) -> Membership:
    """Return the member's locked row; raise `TeamError` for the last owner."""
    owners = [each for each in team.values() if each.role == Role.OWNER and each.user.is_active]
    if owners == [team[member.id]]:
        raise TeamError(
            _("A workspace needs an owner. Transfer the ownership first, or delete the workspace.")
        )
    return team[member.id]
