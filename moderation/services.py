from moderation.defaults import POLICY_NAMES, default_blocklist
from moderation.models import Policy
from tenants.models import Tenant


def get_default_policy(*, tenant: Tenant, language: str) -> Policy:
    """Return the tenant's ready-made policy for a language, making it the first time."""
    policy: Policy
    policy, _ = Policy.objects.get_or_create(
        tenant=tenant, name=POLICY_NAMES[language], defaults={"blocklist": default_blocklist(language)}
    )
    return policy
