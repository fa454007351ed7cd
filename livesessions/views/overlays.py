from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from livesessions.access import get_show_for
from livesessions.views.roles import EDITOR
from overlay.views import render_page
from tenants.access import member_required
from tenants.http import TenantRequest


@require_safe
@xframe_options_sameorigin
@member_required(EDITOR)
def overlay_preview(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """The overlay as it is saved, with samples in place of a live. The editor shows it in a frame."""
    return render_page(request, get_show_for(request, show_id).overlay, preview=True)
