from uuid import UUID

from moderation.models import ViewerRule


def viewer_roles_of(tenant_id: UUID) -> dict[str, str]:
    """Return a tenant's viewer roles by viewer hash. One query."""
    return dict(ViewerRule.objects.filter(tenant_id=tenant_id).values_list("viewer_hash", "standing"))
