"""Turns what a workspace has paid into credit: a month of its plan, and packs.

A yearly plan gives its quantities month by month too. A dearer plan in the middle of a month adds the
difference.
"""

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from billing.ledger.grants import end_grants, grant, resize_grant
from billing.models.account import BillingAccount
from billing.models.ledger import Grant
from billing.plans.catalogue import ADD_ONS, GRACE_DAYS, PACK_LIFETIME_MONTHS, PLANS, Meter, PlanKey
from billing.subscriptions.mirror import moment, paid_sessions, price_key
from billing.subscriptions.offers import pack_of
from billing.subscriptions.returns import kept_part, returned_cents

Source = Grant.Source
# A month's credit ends a little after the month, so that a live goes on while the next payment is announced.
OVERLAP: Final = timedelta(minutes=10)
DAYS_OF_A_MONTH: Final = 30


def month_of(start: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return the month that includes now, counted from the first day of a period."""
    months = max(0, (now.year - start.year) * 12 + now.month - start.month)
    if after_months(start, months) > now and months:
        months -= 1
    return after_months(start, months), after_months(start, months + 1)


def after_months(start: datetime, months: int) -> datetime:
    """Return the same time some months later; the last day of a month that is too short."""
    index = start.month - 1 + months
    year, month = start.year + index // 12, index % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def end_trial(account: BillingAccount, *, at: datetime) -> None:
    """End the trial's credit: the plan's takes its place."""
    end_grants(tenant_id=account.tenant_id, source=Source.TRIAL, at=at)


def grant_period(account: BillingAccount, subscription_id: str, is_paid: bool, now: datetime) -> None:
    """Grant what the present month still lacks. Before its payment only the days of the grace are granted.

    The caller has locked the account, so that two events do not grant the same.
    """
    if account.period_start is None or account.period_end is None or now >= account.period_end:
        return
    begins, ends = month_of(account.period_start, now)
    for meter, quantity in monthly_quantities(account).items():
        due = quantity if is_paid else quantity * GRACE_DAYS // DAYS_OF_A_MONTH
        prefix = f"{subscription_id}:{begins:%Y%m%dT%H%M%S}:{meter}:"
        given = sum(Grant.objects.filter(key__startswith=prefix).values_list("quantity", flat=True))
        if due > given:
            grant(
                tenant_id=account.tenant_id,
                meter=meter,
                quantity=due - given,
                source=Source.PLAN,
                key=f"{prefix}{due}",
                starts_at=begins if not given else now,
                expires_at=min(ends, account.period_end) + OVERLAP,
            )


def monthly_quantities(account: BillingAccount) -> Mapping[Meter, int]:
    """Return what an account's plan and add-ons grant a month."""
    quantities = dict(PLANS[PlanKey(account.plan)].grants)
    for key, count in account.add_ons.items():
        for meter, quantity in ADD_ONS[key].grants.items():
            quantities[meter] = quantities.get(meter, 0) + quantity * count
    return quantities


def stop_grants(account: BillingAccount, *, at: datetime) -> None:
    """End the plan's credit of a subscription that is over. Packs stay: they were bought."""
    end_grants(tenant_id=account.tenant_id, source=Source.PLAN, at=at)


def grant_packs(account: BillingAccount, customer: Any) -> None:
    """Grant each pack that a customer has paid for, once; take back what was refunded and is not used."""
    returned = returned_cents(customer)
    for session in paid_sessions(customer):
        bought_at = moment(int(session["created"]))
        assert bought_at is not None  # noqa: S101  # a number has a time
        for number, item in enumerate((session.get("line_items") or {}).get("data", [])):
            pack = pack_of(price_key(item["price"]))
            if pack is None:
                continue
            quantity = pack.quantity * int(item["quantity"])
            row = grant(
                tenant_id=account.tenant_id,
                meter=pack.meter,
                quantity=quantity,
                source=Source.PACK,
                key=f"{session['id']}:{number}",
                starts_at=bought_at,
                expires_at=after_months(bought_at, PACK_LIFETIME_MONTHS),
            )
            resize_grant(row, kept_part(session, quantity, returned))
