"""One live with its figures in the REST API."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from livesessions.access import get_session_for
from livesessions.api import examples
from livesessions.api.serializers import SessionSerializer
from livesessions.models.sessions import LiveSession
from reports.figures import COUNTED, figures_of
from tenants.api.operations import Operation, api_route
from tenants.api.requests import tenant_request
from tenants.api.responses import answer_row
from tenants.models import Scope

UNKNOWN = ("viewers", "peak_viewers", "median_wait_ms")
EXAMPLE = {
    "viewers": 41,
    "length_s": 1800,
    "messages": 512,
    "writers": 73,
    "peak_viewers": 58,
    "replies": 96,
    "heard_replies": 95,
    "gifts": 31,
    "diamonds": 120,
    "follows": 12,
    "shares": 4,
    "subscriptions": 1,
    "likes": 2400,
    "blocked_messages": 6,
    "blocked_replies": 0,
    "median_wait_ms": 1450,
}
MEANINGS = {
    "viewers": "Viewers at this moment; null when the chat does not report them, and after the live.",
    "length_s": "Seconds on air so far.",
    "writers": "Viewers who wrote a message.",
    "peak_viewers": "The most viewers at once; null when the chat does not report them.",
    "heard_replies": "Replies that an open overlay has played.",
    "blocked_messages": "Messages that the rules kept from the host.",
    "blocked_replies": "Replies that the rules stopped before they were said.",
    "median_wait_ms": "Milliseconds from a message to the first sound of its reply, for half of the replies.",
}


class FiguresSerializer(serializers.Serializer[Any]):
    """The key figures of a live."""

    def get_fields(self) -> dict[str, Any]:
        return {
            name: serializers.IntegerField(allow_null=name in UNKNOWN, help_text=MEANINGS.get(name, ""))
            for name in ("viewers", *COUNTED)
        }


class SessionWithFiguresSerializer(SessionSerializer):
    """A live with its key figures."""

    example = {**examples.SESSION, "figures": EXAMPLE}

    figures = serializers.SerializerMethodField()

    @extend_schema_field(FiguresSerializer)
    def get_figures(self, session: LiveSession) -> dict[str, Any]:
        return dict(FiguresSerializer(figures_of(session)).data)


@api_route(
    Operation(
        method="GET",
        name="read_session",
        summary="Read a live and its figures",
        description="Those of a running live are counted when you ask; those of an ended one are final.",
        scope=Scope.READ,
        answer=SessionWithFiguresSerializer,
    )
)
def session(request: Request, session_id: UUID) -> Response:
    row = get_session_for(tenant_request(request), session_id)
    return answer_row(SessionWithFiguresSerializer, row, request)
