from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from livesessions.console.views import command
from livesessions.errors import SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.services.games import end_game, start_poll, start_quiz
from planner.stage.games.poll import make_poll
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@require_POST
@member_required(EDITOR)
def session_quiz(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, start_quiz)


@require_POST
@member_required(EDITOR)
def session_poll(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, _poll_of(request))


def _poll_of(request: TenantRequest) -> Callable[..., object]:
    poll = make_poll(request.POST.get("question", ""), request.POST.get("options", "").splitlines())
    if poll is None:
        return _refuse_poll
    question, options = poll
    return partial(start_poll, question=question, options=options)


def _refuse_poll(*, session: LiveSession) -> None:
    raise SessionConflict(_("A poll needs a question and at least two options."), code="poll_incomplete")


@require_POST
@member_required(EDITOR)
def session_game_end(request: TenantRequest, session_id: UUID) -> HttpResponse:
    return command(request, session_id, end_game)
