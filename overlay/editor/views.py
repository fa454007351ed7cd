"""The pages that edit an overlay. `show_id` is the id of the show that the overlay belongs to."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.errors import PlanRefused
from overlay.access import get_overlay_for
from overlay.editor.forms import LayoutForm
from overlay.editor.pictures import Picture
from overlay.errors import OverlayUnreachable
from overlay.layout import SAFE_AREAS, clean_layout, default_layout
from overlay.models import Overlay
from overlay.services import rotate_token, save_layout
from overlay.themes import THEMES
from overlay.views import render_page
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@require_safe
@xframe_options_sameorigin
@member_required(EDITOR)
def overlay_preview(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Render the saved overlay with sample content; the editor shows it in a frame."""
    overlay, _use = get_overlay_for(request, show_id)
    return render_page(request, overlay, preview=True)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def overlay_edit(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show or save the layout form."""
    overlay, use = get_overlay_for(request, show_id)
    layout = overlay.whole_layout
    form = LayoutForm(request.POST or None, request.FILES or None, layout=layout)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                _save(request, overlay, form.layout, form.cleaned_data["picture"])
                return redirect("overlay:overlay_edit", show_id)
            except PlanRefused as refusal:
                form.add_error("avatar", refusal.user_message)
        status = 422
    context = {
        "overlay": overlay,
        "use": use,
        "show": use,
        "form": form,
        "themes": list(THEMES.values()),
        "layout_json": json.dumps(layout),
        "safe_json": json.dumps(SAFE_AREAS),
    }
    return render(request, "overlay/overlay_edit.html", context, status=status)


@require_POST
@member_required(EDITOR)
def overlay_reset(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Restore the default layout, except the goal and the avatar."""
    overlay, _use = get_overlay_for(request, show_id)
    unchanged = {name: overlay.whole_layout[name] for name in ("goal", "avatar")}
    _save(request, overlay, {**default_layout(), **unchanged}, None)
    return redirect("overlay:overlay_edit", show_id)


@require_POST
@member_required(EDITOR)
def overlay_renew(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Give the overlay a new address; the old one stops working."""
    overlay, use = get_overlay_for(request, show_id)
    try:
        rotate_token(overlay=overlay)
    except OverlayUnreachable:
        # The old address is refused from now on, but pages that are open could not be closed.
        words = _(
            "The overlay has a new address. Pages that are open on the old one may stay open until they are"
            " reloaded: make another new address in a moment."
        )
        messages.warning(request, words)
    else:
        words = _(
            "The overlay has a new address. Copy it into your streaming program: the old one no longer works."
        )
        messages.success(request, words)
    return redirect(use.setup_address)


def _save(request: TenantRequest, overlay: Overlay, raw: dict[str, Any], picture: Picture | None) -> None:
    # A picture sent with the form can be chosen at once, before its address exists.
    layout = clean_layout(raw, picture=overlay.picture_url or ("new" if picture else ""))
    try:
        save_layout(overlay=overlay, layout=layout, picture=picture)
    except OverlayUnreachable:
        messages.warning(request, _("Saved. Reload the overlays that are open now to see the change."))
    else:
        messages.success(request, _("Saved. Open overlays have changed already."))
