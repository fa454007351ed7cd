"""The host's replies in the REST API: the list, one by its id, and those that wait for approval."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_reply_for, get_session_for
from livesessions.api import problems
from livesessions.api.reply_serializers import RepliesSerializer, ReplySerializer
from livesessions.api.serializers import ApprovalSerializer, HeldRepliesSerializer, SessionSerializer
from livesessions.querysets import held_replies, replies_of, without_deleted_quotes
from livesessions.services.approvals import approve_reply, reject_reply
from tenants.api.cursors import LIMIT, RowCursor, limit_of, page_address, row_cursor_of
from tenants.api.operations import Operation, api_route
from tenants.api.problems import INVALID
from tenants.api.requests import tenant_request, valid_input
from tenants.api.responses import answer_row
from tenants.models import Scope

DECISION_PROBLEMS = (
    problems.NOT_ON_AIR,
    problems.ALREADY_ENDED,
    problems.REPLY_UNKNOWN,
    problems.REPLY_EXPIRED,
    problems.REPLY_DECIDED,
    problems.COMMAND_UNREACHABLE,
)


@api_route(
    Operation(
        method="GET",
        name="list_replies",
        summary="List what the host said, newest first",
        description=(
            "`next` is the address of older replies, `null` at the end. "
            "A reply changes while it is said: read it again by its id."
        ),
        scope=Scope.READ,
        answer=RepliesSerializer,
        query=[
            OpenApiParameter("before", str, description="A cursor, as `next` has it: only older replies."),
            LIMIT,
        ],
        problems=[INVALID],
    )
)
def replies(request: Request, session_id: UUID) -> Response:
    session = get_session_for(tenant_request(request), session_id)
    limit, before = limit_of(request), row_cursor_of(request, "before")
    rows = list(replies_of(session, before=(before.at, before.id) if before else None)[: limit + 1])
    page = without_deleted_quotes(session, rows[:limit])
    older = None
    if len(rows) > limit:
        older = page_address(request, "before", RowCursor(page[-1].created_at, page[-1].id))
    return Response(RepliesSerializer({"next": older, "results": page}).data)


@api_route(
    Operation(
        method="GET",
        name="read_reply",
        summary="Read a reply",
        description="Follow a text that `say` accepted until its status is not `queued` or `speaking`.",
        scope=Scope.READ,
        answer=ReplySerializer,
    )
)
def reply(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_reply_for(tenant_request(request), session_id, reply_id)
    (shown,) = without_deleted_quotes(row.session, [row])
    return answer_row(ReplySerializer, shown, request)


@api_route(
    Operation(
        method="GET",
        name="list_held_replies",
        summary="List the answers that wait for approval, oldest first",
        scope=Scope.READ,
        answer=HeldRepliesSerializer,
    )
)
def held(request: Request, session_id: UUID) -> Response:
    """Return the answers that wait for approval, oldest first; at most five."""
    rows = held_replies(get_session_for(tenant_request(request), session_id))
    return Response(HeldRepliesSerializer({"results": rows}).data)


@api_route(
    Operation(
        method="POST",
        name="approve_reply",
        summary="Have the host say an answer that waits",
        description="`text`, if it is sent, replaces the words of the answer.",
        scope=Scope.LIVE,
        body=ApprovalSerializer,
        answer=SessionSerializer,
        status=status.HTTP_202_ACCEPTED,
        problems=[*DECISION_PROBLEMS, problems.REPLY_REFUSED],
    )
)
def approve(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    text = valid_input(ApprovalSerializer, request)["text"]
    approve_reply(session=row, reply_id=reply_id, text=text)
    return answer_row(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)


@api_route(
    Operation(
        method="POST",
        name="reject_reply",
        summary="Drop an answer that waits",
        scope=Scope.LIVE,
        answer=SessionSerializer,
        status=status.HTTP_202_ACCEPTED,
        problems=DECISION_PROBLEMS,
    )
)
def reject(request: Request, session_id: UUID, reply_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    reject_reply(session=row, reply_id=reply_id)
    return answer_row(SessionSerializer, row, request, status.HTTP_202_ACCEPTED)
