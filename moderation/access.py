"""The only doors from a URL to a policy or a viewer rule."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from moderation.models import Policy, ViewerRule
from tenants.http import TenantRequest


def get_policy_for(request: TenantRequest, policy_id: UUID) -> Policy:
    policy: Policy = get_object_or_404(Policy.objects.filter(tenant=request.tenant), id=policy_id)
    return policy


def get_viewer_rule_for(request: TenantRequest, rule_id: UUID) -> ViewerRule:
    rule: ViewerRule = get_object_or_404(ViewerRule.objects.filter(tenant=request.tenant), id=rule_id)
    return rule
