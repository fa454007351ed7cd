"""Makes the views that copy and delete a row of a workspace: one button each, then a message."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tenants.access import member_required
from tenants.errors import AppError
from tenants.http import TenantRequest
from tenants.roles import EDITOR

Row = TypeVar("Row", bound=Model)
Find = Callable[[TenantRequest, UUID], Row]
View = Callable[..., HttpResponse]


def duplicate_view(find: Find[Row], duplicate: Callable[[Row], Row], *, then: str, said: Any = None) -> View:
    """Return the view that copies the row that its URL names.

    It goes to the page `then` of the copy and says `said`, a lazy text, or that this is the copy.
    """

    @require_POST
    @member_required(EDITOR)
    def view(request: TenantRequest, /, **ids: UUID) -> HttpResponse:
        [row_id] = ids.values()
        copy = duplicate(find(request, row_id))
        messages.success(request, said or _("This is the copy. You can change it now."))
        return redirect(then, copy.pk)

    return view


def delete_view(find: Find[Row], delete: Callable[[Row], None], *, then: str) -> View:
    """Return the view that deletes the row that its URL names, and goes to the page `then`.

    A refusal, an `AppError`, is said there.
    """

    @require_POST
    @member_required(EDITOR)
    def view(request: TenantRequest, /, **ids: UUID) -> HttpResponse:
        [row_id] = ids.values()
        row = find(request, row_id)
        try:
            delete(row)
        except AppError as refusal:
            messages.error(request, refusal.user_message)
        else:
            messages.success(request, _("%(name)s has been deleted.") % {"name": row})
        return redirect(then)

    return view
