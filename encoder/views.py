"""The page "Stream to TikTok" of a show: the server's URL and key, and what a check of them found."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.errors import PlanRefused
from encoder.access import get_stream_for
from encoder.errors import StreamRefused
from encoder.forms import StreamTargetForm
from encoder.models import StreamTarget
from encoder.services import check_target, delete_target, has_key, save_target
from encoder.signals import StreamUse
from encoder.stored_reports import read_preview
from encoder.words import check_lines
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def stream_edit(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Show or save where a show is streamed to."""
    use, target = get_stream_for(request, show_id)
    stored = has_key(request.tenant.id, use.id)
    form = StreamTargetForm(request.POST or None, instance=target, has_key=stored)
    if request.method != "POST":
        return _page(request, use, target, form)
    if form.is_valid():
        try:
            save_target(tenant=request.tenant, use=use, **form.cleaned_data)
        except StreamRefused as refusal:
            form.add_error(refusal.field or None, refusal.user_message)
        except PlanRefused as refusal:
            form.add_error(None, refusal.user_message)
        else:
            messages.success(request, _("Saved. Check the stream now to see that the server accepts it."))
            return redirect("encoder:stream_edit", show_id)
    use, target = get_stream_for(request, show_id)  # as it is stored: the form has changed its own
    return _page(request, use, target, form, status=422)


@require_POST
@member_required(EDITOR)
def stream_check(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Check a target up to an accepted stream; the page shows the result line by line."""
    _use, target = get_stream_for(request, show_id)
    if target is None:
        raise Http404("This show has no stream target.")
    try:
        check_target(target=target)
    except (StreamRefused, PlanRefused) as refusal:
        messages.error(request, refusal.user_message)
    return redirect("encoder:stream_edit", show_id)


@require_safe
@member_required()
def stream_still(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Return the latest still of a running stream as a JPEG."""
    use, _target = get_stream_for(request, show_id)
    still = read_preview(use.id)
    if still is None:
        raise Http404("Nothing is streamed.")
    return HttpResponse(still, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=60"})


@require_POST
@member_required(EDITOR)
def stream_delete(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Delete a target with its key."""
    use, _target = get_stream_for(request, show_id)
    delete_target(tenant=request.tenant, use_id=use.id)
    messages.success(request, _("The server URL and the key are deleted."))
    return redirect("encoder:stream_edit", show_id)


def _page(
    request: TenantRequest,
    use: StreamUse,
    target: StreamTarget | None,
    form: StreamTargetForm,
    status: int = 200,
) -> HttpResponse:
    expires_at = target.key_expires_at if target else None
    context: dict[str, Any] = {
        "show": use,
        "target": target,
        "form": form,
        "lines": check_lines(target) if target else [],
        "is_expired": expires_at is not None and expires_at <= timezone.now(),
    }
    return render(request, "encoder/stream_edit.html", context, status=status)
