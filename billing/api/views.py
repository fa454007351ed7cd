"""The plan of a workspace in the REST API."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.serializers import BillingSerializer
from billing.ledger.balances import balances_of
from billing.pages.costs import usage_since
from billing.plans.catalogue import Feature, Meter
from billing.plans.entitlements import Entitlements, entitlements_for
from tenants.api.operations import Operation, api_route
from tenants.api.requests import tenant_request
from tenants.api.responses import answer_row
from tenants.models import Membership, Scope, Tenant


@api_route(
    Operation(
        method="GET",
        name="read_billing",
        summary="Read the plan, its state and limits, and what is left of each meter",
        description="For owners and admins. Without billing, nothing is limited: `plan` is `self_hosted`.",
        scope=Scope.BILLING,
        role=Membership.Role.ADMIN,
        answer=BillingSerializer,
    ),
)
def billing(request: Request) -> Response:
    tenant, now = tenant_request(request).tenant, timezone.now()
    found = entitlements_for(tenant, now=now)
    row = {
        "plan": found.plan,
        "state": found.state,
        "is_read_only": found.is_read_only,
        "trial_ends_at": found.trial_ends_at,
        "period_start": found.period_start,
        "period_end": found.period_end,
        "grace_until": found.grace_until,
        "cancel_at": found.cancel_at,
        "limits": {str(limit): count for limit, count in found.limits.items()},
        "features": [feature for feature in Feature if feature in found.features],
        "balances": list(_balances(tenant, found, now)),
    }
    return answer_row(BillingSerializer, row, request)


def _balances(tenant: Tenant, found: Entitlements, now: datetime) -> Iterator[dict[str, Any]]:
    if found.is_self_hosted:
        month = now.astimezone(UTC).replace(day=1)
        used = usage_since(tenant, month).by_meter
        nothing = {
            "granted": 0,
            "reserved": 0,
            "left": None,
            "percent_used": 0,
            "warned_at_percent": 0,
            "period_end": None,
        }
        yield from ({"meter": meter, "used": used.get(meter, 0), **nothing} for meter in Meter)
        return
    for meter, balance in balances_of(tenant, now=now).items():
        yield {
            "meter": meter,
            "granted": balance.granted,
            "used": balance.used,
            "reserved": balance.reserved,
            "left": balance.left,
            "percent_used": balance.percent_used,
            "warned_at_percent": balance.warned_at_percent,
            "period_end": balance.period_end,
        }
