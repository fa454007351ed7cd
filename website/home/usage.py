"""The plan and the usage on the home page: all of it for those who may pay, warnings for editors."""

from typing import Any

from django.utils import timezone

from billing.pages.access import entitlements_in
from billing.pages.plan_card import state_text
from billing.pages.usage import usage_of
from billing.plans.catalogue import PLANS, Meter
from tenants.http import TenantRequest
from tenants.models import Membership
from tenants.roles import may_control

ADMIN = Membership.Role.ADMIN
# What editors are warned of: quantities, not money.
WARNED = (Meter.LIVE_SECONDS, Meter.VOICE_CHARACTERS)


def usage_for(request: TenantRequest) -> dict[str, Any]:
    """Return what the member's role may see; nothing for viewers. At most four queries."""
    if not may_control(request):
        return {}
    now = timezone.now()
    found = entitlements_in(request)
    with timezone.override(request.tenant.time_zone):
        usage = usage_of(request.tenant, found, now=now)
        if not request.membership.may_act_as(ADMIN):
            rows = [row for row in usage.meters if row.meter in WARNED and row.warning]
            return {"usage_warnings": rows}
        plan, text = "", ""
        if not found.is_self_hosted:
            plan, text = str(PLANS[found.plan].name), state_text(found, now=now)
    return {"usage": usage, "plan_name": plan, "plan_text": text}
