"""What a workspace may do now: one read, the same for pages, API, jobs and workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.plans.catalogue import ADD_ONS, PLANS, AddOn, Feature, Limit, Meter, Plan, PlanKey
from tenants.models import Tenant


class AccountState(StrEnum):
    """The state of a workspace's plan: those of `BillingAccount`, and `SELF_HOSTED` without billing."""

    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    READ_ONLY = "read_only"
    ENDED = "ended"
    SELF_HOSTED = "self_hosted"


class ReadOnlyReason(StrEnum):
    """Why a workspace can only be read."""

    TRIAL_ENDED = "trial_ended"
    PAYMENT_OVERDUE = "payment_overdue"
    PLAN_ENDED = "plan_ended"


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a workspace may do. `payer_id` is the workspace whose plan and credits it uses.

    `grants` are the plan's and add-ons' quantities a month. A limit that is missing is 0, except when
    self-hosted: then nothing is limited.
    """

    tenant_id: UUID
    payer_id: UUID
    plan: PlanKey
    state: AccountState
    limits: Mapping[Limit, int]
    features: frozenset[Feature]
    grants: Mapping[Meter, int]
    period_start: datetime | None = None
    period_end: datetime | None = None
    trial_ends_at: datetime | None = None
    grace_until: datetime | None = None
    cancel_at: datetime | None = None
    why: ReadOnlyReason | None = None

    @property
    def is_self_hosted(self) -> bool:
        return self.state is AccountState.SELF_HOSTED

    @property
    def is_read_only(self) -> bool:
        """Whether new lives and paid calls are refused."""
        return self.state in (AccountState.READ_ONLY, AccountState.ENDED)

    def has(self, feature: Feature) -> bool:
        return self.is_self_hosted or feature in self.features

    def limit(self, limit: Limit) -> int | None:
        """Return the most that the plan allows; None for no limit."""
        return None if self.is_self_hosted else self.limits.get(limit, 0)

    def days_left(self, now: datetime) -> int | None:
        """Return the full or begun days until the trial or the grace ends; None in other states."""
        ends_at = {AccountState.TRIAL: self.trial_ends_at, AccountState.PAST_DUE: self.grace_until}.get(
            self.state
        )
        return None if ends_at is None else max(0, -((now - ends_at).total_seconds() // 86_400).__trunc__())


def entitlements_for(tenant: Tenant, *, now: datetime | None = None) -> Entitlements:
    """Return what a workspace may do now. One query; none when the installation does not bill."""
    return entitlements_of(tenant.id, now=now)


def entitlements_of(tenant_id: UUID, *, now: datetime | None = None) -> Entitlements:
    """Return what the workspace of an id may do now, as `entitlements_for` does."""
    if not settings.BILLING_ENABLED:
        return self_hosted(tenant_id)
    return entitlements_from(account_of(tenant_id), now=now or timezone.now())


def account_of(tenant_id: UUID) -> BillingAccount:
    """Return a workspace's account, with its agency's; it is made when it is missing."""
    with scopes_disabled():
        accounts = BillingAccount.objects.select_related("paid_by")
        account: BillingAccount | None = accounts.filter(tenant_id=tenant_id).first()
        if account is None:
            account, _made = BillingAccount.objects.get_or_create(tenant_id=tenant_id)
    return account


def lock_account(tenant_id: UUID) -> None:
    """Lock a workspace's account until the transaction ends, so that its limits are counted one by one."""
    with scopes_disabled():
        BillingAccount.objects.select_for_update().filter(tenant_id=tenant_id).first()


def workspaces_of(payer_id: UUID) -> list[UUID]:
    """Return the ids of the open workspaces that use a workspace's plan, itself included."""
    with scopes_disabled():
        accounts = BillingAccount.objects.filter(Q(tenant_id=payer_id) | Q(paid_by_id=payer_id))
        return list(accounts.filter(tenant__closed_at=None).values_list("tenant_id", flat=True))


def entitlements_from(account: BillingAccount, *, now: datetime) -> Entitlements:
    """Return what an account gives at a time, also before a job has moved its state on."""
    payer = account.paid_by or account
    plan = PLANS[PlanKey(payer.plan)]
    add_ons = [(ADD_ONS[key], count) for key, count in payer.add_ons.items() if key in ADD_ONS and count > 0]
    state, why = _state_at(payer, now)
    return Entitlements(
        tenant_id=account.tenant_id,
        payer_id=payer.tenant_id,
        plan=plan.key,
        state=state,
        limits=_limits(plan, add_ons),
        features=plan.features.union(*(add_on.features for add_on, _ in add_ons)),
        grants=_grants(plan, add_ons),
        period_start=payer.period_start,
        period_end=payer.period_end,
        trial_ends_at=payer.trial_ends_at if plan.key is PlanKey.TRIAL else None,
        grace_until=payer.grace_until,
        cancel_at=payer.cancel_at,
        why=why,
    )


def self_hosted(tenant_id: UUID) -> Entitlements:
    """Return the entitlements of an installation that does not bill: every feature, and no limit."""
    return Entitlements(
        tenant_id=tenant_id,
        payer_id=tenant_id,
        plan=PlanKey.SELF_HOSTED,
        state=AccountState.SELF_HOSTED,
        limits={},
        features=frozenset(Feature),
        grants={},
    )


def _state_at(account: BillingAccount, now: datetime) -> tuple[AccountState, ReadOnlyReason | None]:
    """Return an account's state at a time, and why it can only be read, if so."""
    state = AccountState(account.state)
    if state is AccountState.TRIAL and account.trial_ends_at and account.trial_ends_at <= now:
        return AccountState.READ_ONLY, ReadOnlyReason.TRIAL_ENDED
    if state in (AccountState.ACTIVE, AccountState.PAST_DUE) and account.is_over(now):
        return AccountState.ENDED, ReadOnlyReason.PLAN_ENDED
    if state is AccountState.PAST_DUE and account.grace_until and account.grace_until <= now:
        return AccountState.READ_ONLY, ReadOnlyReason.PAYMENT_OVERDUE
    if state is AccountState.ENDED:
        return state, ReadOnlyReason.PLAN_ENDED
    if state is AccountState.READ_ONLY:
        is_trial = account.plan == PlanKey.TRIAL
        return state, ReadOnlyReason.TRIAL_ENDED if is_trial else ReadOnlyReason.PAYMENT_OVERDUE
    return state, None


def _limits(plan: Plan, add_ons: list[tuple[AddOn, int]]) -> dict[Limit, int]:
    limits = dict(plan.limits)
    for add_on, count in add_ons:
        for limit, quantity in add_on.limits.items():
            limits[limit] = limits.get(limit, 0) + quantity * count
    return limits


def _grants(plan: Plan, add_ons: list[tuple[AddOn, int]]) -> dict[Meter, int]:
    grants = dict(plan.grants)
    for add_on, count in add_ons:
        for meter, quantity in add_on.grants.items():
            grants[meter] = grants.get(meter, 0) + quantity * count
    return grants
