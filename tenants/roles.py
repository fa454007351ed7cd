from tenants.http import TenantRequest
from tenants.models import Membership

EDITOR = Membership.Role.EDITOR


def may_control(request: TenantRequest) -> bool:
    return request.membership.may_act_as(EDITOR)
