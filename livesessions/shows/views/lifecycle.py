"""The pages that copy, archive and delete a show."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from livesessions.access import get_show_for
from livesessions.models.sessions import LiveSession
from livesessions.shows.errors import ShowConflict
from livesessions.shows.forms.shows import ShowDeletionForm
from livesessions.shows.services.lifecycle import archive_show, delete_show, duplicate_show, unarchive_show
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR
from tenants.rows.views import duplicate_view

show_duplicate = duplicate_view(
    get_show_for,
    lambda show: duplicate_show(show=show),
    then="livesessions:show_edit",
    said=gettext_lazy("This is the copy. Its overlay has an address of its own."),
)


@require_POST
@member_required(EDITOR)
def show_archive(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = get_show_for(request, show_id)
    try:
        archive_show(show=show)
    except ShowConflict as conflict:
        messages.error(request, conflict.user_message)
        return redirect("livesessions:show_edit", show.id)
    messages.success(request, _("%(name)s is archived.") % {"name": show.name})
    return redirect("livesessions:show_list")


@require_POST
@member_required(EDITOR)
def show_unarchive(request: TenantRequest, show_id: UUID) -> HttpResponse:
    show = unarchive_show(show=get_show_for(request, show_id))
    messages.success(request, _("%(name)s is no longer archived.") % {"name": show.name})
    return redirect("livesessions:show_edit", show.id)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(EDITOR)
def show_delete(request: TenantRequest, show_id: UUID) -> HttpResponse:
    """Ask for the show's name, then delete it with everything that belongs to it."""
    show = get_show_for(request, show_id)
    form = ShowDeletionForm(request.POST if request.method == "POST" else None, show=show)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                delete_show(show=show)
            except ShowConflict as conflict:
                form.add_error(None, conflict.user_message)
                status = 409
            else:
                messages.success(request, _("%(name)s has been deleted.") % {"name": show.name})
                return redirect("livesessions:show_list")
    lives = LiveSession.objects.filter(show=show)
    context: dict[str, Any] = {"show": show, "form": form, "lives": lives.count()}
    return render(request, "livesessions/show_delete.html", context, status=status)
