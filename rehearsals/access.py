"""The only door from a URL to a rehearsal."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from rehearsals.models import Rehearsal
from tenants.http import TenantRequest


def get_rehearsal_for(request: TenantRequest, show_id: UUID, rehearsal_id: UUID) -> Rehearsal:
    """Return a rehearsal of the request's tenant with its show; raise Http404 for any other."""
    rehearsals = Rehearsal.objects.filter(tenant=request.tenant, show_id=show_id).select_related("show")
    rehearsal: Rehearsal = get_object_or_404(rehearsals, id=rehearsal_id)
    return rehearsal
