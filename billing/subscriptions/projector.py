"""Computes a workspace's plan, state and times from Stripe's mirror. Nothing else writes them for who pays.

It may run at any time, in any order of events and as often as it likes: it reads the mirror as it is now.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django_scopes import scopes_disabled

from billing.models.account import BillingAccount
from billing.plans.catalogue import Plan
from billing.plans.entitlements import account_of
from billing.plans.states import become_active, close_until_paid, end_grace, end_plan, fall_due
from billing.subscriptions.credits import end_trial, grant_packs, grant_period, stop_grants
from billing.subscriptions.mirror import (
    LIVING,
    Obj,
    invoices_of_customer,
    items_of,
    moment,
    price_key,
    price_key_of_id,
    subscription_of,
)
from billing.subscriptions.offers import add_on_of, monthly_cents, plan_of

logger = logging.getLogger(__name__)

State = BillingAccount.State
FIELDS: Final = (
    "plan",
    "state",
    "state_changed_at",
    "sent_notices",
    "interval",
    "period_start",
    "period_end",
    "grace_until",
    "cancel_at",
    "add_ons",
)


@dataclass(frozen=True, slots=True)
class Bought:
    """What a subscription gives now: a plan, add-ons by key, and whether all of it is paid."""

    plan: Plan
    add_ons: dict[str, int]
    is_paid: bool


def project(customer: Any, *, now: datetime | None = None) -> None:
    """Bring the account of a customer's workspace, and its credits, in line with the mirror.

    A customer of no workspace is ignored: it was made by hand, or its workspace was deleted.
    """
    tenant_id: UUID | None = customer.subscriber_id
    if tenant_id is None:
        logger.warning("customer %s of Stripe belongs to no workspace", customer.id)
        return
    now = now or timezone.now()
    with scopes_disabled():
        account_of(tenant_id)  # made if it is missing
        account = BillingAccount.objects.select_for_update().get(tenant_id=tenant_id)
        grant_packs(account, customer)
        subscription = subscription_of(customer)
        if subscription is not None:
            _project_subscription(account, customer, subscription, now)


def _project_subscription(account: BillingAccount, customer: Any, subscription: Obj, now: datetime) -> None:
    bought = what_is_bought(customer, subscription, now)
    if bought is None:
        logger.error("subscription %s of Stripe has no plan of ours", subscription["id"])
        return
    before = [getattr(account, name) for name in FIELDS]
    _set_times(account, subscription)
    account.plan, account.add_ons = bought.plan.key, bought.add_ons
    _set_state(account, subscription["status"], now)
    if [getattr(account, name) for name in FIELDS] != before:
        account.save(update_fields=FIELDS)
    end_trial(account, at=now)
    if account.state in (State.ACTIVE, State.PAST_DUE):
        grant_period(account, subscription["id"], bought.is_paid, now)
    elif account.state == State.ENDED:
        stop_grants(account, at=min(now, moment(subscription["ended_at"]) or now))


def _set_times(account: BillingAccount, subscription: Obj) -> None:
    item = items_of(subscription)[0]
    account.period_start = moment(int(item["current_period_start"]))
    account.period_end = moment(int(item["current_period_end"]))
    account.interval = item["price"]["recurring"]["interval"]
    cancels = subscription["cancel_at_period_end"] and account.period_end
    account.cancel_at = moment(subscription["cancel_at"]) or (cancels or None)


def _set_state(account: BillingAccount, status: str, now: datetime) -> None:
    """Bring an account into the state that the status of its subscription gives.

    A grace is counted from the failure that we heard of first, so that a repeated event prolongs nothing.
    """
    if status not in LIVING or account.is_over(now):
        end_plan(account, at=now)
    elif status in ("active", "trialing"):
        become_active(account, at=now)
    elif status == "past_due":
        fall_due(account, at=now)
        end_grace(account, at=now)
    else:
        close_until_paid(account, at=now)


def what_is_bought(customer: Any, subscription: Obj, now: datetime) -> Bought | None:
    """Return what a workspace has: the plan of the subscription, or a dearer one that is paid until later.

    A change to a cheaper plan is not refunded, so what was paid for stays until the end of its period.
    """
    paid_plans, paid_add_ons = _paid_now(customer, subscription, now)
    plans = [plan for plan in map(_plan_of_item, items_of(subscription)) if plan]
    if not plans:
        return None
    plan = max([*plans, *paid_plans], key=monthly_cents)
    add_ons = dict(paid_add_ons)
    for item in items_of(subscription):
        if add_on := add_on_of(price_key(item["price"])):
            add_ons[add_on.key] = max(add_ons.get(add_on.key, 0), int(item["quantity"]))
    is_paid = subscription["status"] == "trialing" or (
        plan in paid_plans and all(paid_add_ons.get(key, 0) >= count for key, count in add_ons.items())
    )
    return Bought(plan, add_ons, is_paid)


def _plan_of_item(item: Obj) -> Plan | None:
    return plan_of(price_key(item["price"]))


def _paid_now(customer: Any, subscription: Obj, now: datetime) -> tuple[list[Plan], dict[str, int]]:
    """Return the plans and add-ons of this subscription whose paid time includes now."""
    plans: list[Plan] = []
    add_ons: dict[str, int] = {}
    for invoice in invoices_of_customer(customer, stripe_data__status="paid"):
        if _subscription_id(invoice) != subscription["id"] or subscription["status"] not in LIVING:
            continue
        for key, quantity in _paid_lines(invoice, int(now.timestamp())):
            if plan := plan_of(key):
                plans.append(plan)
            elif add_on := add_on_of(key):
                add_ons[add_on.key] = max(add_ons.get(add_on.key, 0), quantity)
    return plans, add_ons


def _subscription_id(invoice: Obj) -> str:
    parent = (invoice.get("parent") or {}).get("subscription_details") or {}
    found = parent.get("subscription") or ""
    return str(found["id"] if isinstance(found, dict) else found)


def _paid_lines(invoice: Obj, now: int) -> list[tuple[str, int]]:
    """Return our keys and quantities of the lines whose time includes now, without credits."""
    found = []
    for line in invoice["lines"]["data"]:
        price_id = ((line.get("pricing") or {}).get("price_details") or {}).get("price")
        period = line["period"]
        if price_id and line["amount"] >= 0 and int(period["start"]) <= now < int(period["end"]):
            found.append((price_key_of_id(str(price_id)), int(line["quantity"] or 1)))
    return found
