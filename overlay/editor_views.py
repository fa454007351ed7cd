import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from livesessions.access import get_show_for
from overlay.errors import OverlayUnreachable
from overlay.forms import LayoutForm
from overlay.layout import SAFE_AREAS, clean_layout, default_layout
from overlay.models import Overlay
from overlay.pictures import Picture
from overlay.services import save_layout
from overlay.themes import THEMES
from overlay.views import render_page
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@require_safe
@xframe_options_sameorigin
@member_required(EDITOR)
def overlay_preview(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """The overlay as it is saved, with samples in place of a live. The editor shows it in a frame."""
    return render_page(request, get_show_for(request, show_id).overlay, preview=True)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def overlay_edit(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    layout = show.overlay.whole_layout
    form = LayoutForm(request.POST or None, request.FILES or None, layout=layout)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            _keep(request, show.overlay, form.layout, form.cleaned_data["picture"])
            return redirect("livesessions:overlay_edit", show.id)
        status = 422
    context = {
        "show": show,
        "form": form,
        "themes": list(THEMES.values()),
        "layout_json": json.dumps(layout),
        "safe_json": json.dumps(SAFE_AREAS),
    }
    return render(request, "livesessions/overlay_edit.html", context, status=status)


@require_POST
@member_required(EDITOR)
def overlay_reset(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    kept = {name: show.overlay.whole_layout[name] for name in ("goal", "avatar")}
    _keep(request, show.overlay, {**default_layout(), **kept}, None)
    return redirect("livesessions:overlay_edit", show.id)


def _keep(request: TenantRequest, overlay: Overlay, raw: dict[str, Any], picture: Picture | None) -> None:
    # A picture that comes along with the form can be chosen at once; the row tells its address later.
    layout = clean_layout(raw, picture=overlay.picture_url or ("new" if picture else ""))
    try:
        save_layout(overlay=overlay, layout=layout, picture=picture)
    except OverlayUnreachable:
        messages.warning(request, _("Saved. Overlays that are open now show it after they are reloaded."))
    else:
        messages.success(request, _("Saved. Overlays that are open show it already."))
