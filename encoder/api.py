"""Stream targets in the REST API. No answer holds a key."""

from uuid import UUID

from django.http import Http404
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.plans import doors
from billing.plans.api_problems import door_problems
from encoder.access import get_stream_for
from encoder.models import MAX_KBIT_S, MIN_KBIT_S, StreamTarget
from encoder.services import check_target, delete_target, has_key, save_target
from encoder.words import check_lines
from tenants.api.operations import Operation, api_route
from tenants.api.problems import Problem
from tenants.api.requests import tenant_request, valid_input
from tenants.api.serializers import StrictSerializer
from tenants.models import Scope

SAVE_PROBLEMS = [
    Problem("stream_address_refused", 400, "The URL is not one of a stream server."),
    Problem("stream_key_refused", 400, "The key has characters that no key has."),
    Problem("stream_key_missing", 400, "No key is stored yet, so one must be sent."),
    *door_problems(doors.MANAGED_LIVE),
    *door_problems(doors.FULL_HD),
]
CHECK_PROBLEMS = [
    Problem("stream_key_missing", 409, "The stored key cannot be read any more."),
    Problem("stream_check_limited", 429, "Too many checks in a short time."),
    Problem("stream_check_unavailable", 503, "The checks cannot be counted right now."),
    *door_problems(doors.MANAGED_LIVE),
]

STORED = (
    "url",
    "size",
    "frame_rate",
    "video_kbit_s",
    "background",
    "music",
    "key_expires_at",
    "checked_at",
    "check_fault",
)


class StreamTargetSerializer(StrictSerializer):
    """What a request may set."""

    url = serializers.CharField(max_length=300)
    key = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, write_only=True, help_text="Left out: it stays."
    )
    size = serializers.ChoiceField(choices=StreamTarget.Size.choices, default=StreamTarget.Size.PORTRAIT)
    frame_rate = serializers.ChoiceField(
        choices=StreamTarget.FrameRate.choices, default=StreamTarget.FrameRate.USUAL
    )
    video_kbit_s = serializers.IntegerField(min_value=MIN_KBIT_S, max_value=MAX_KBIT_S, default=2_500)
    background = serializers.ChoiceField(
        choices=StreamTarget.Background.choices, default=StreamTarget.Background.STUDIO
    )
    music = serializers.ChoiceField(
        choices=StreamTarget.Music.choices,
        default=StreamTarget.Music.NONE,
        allow_blank=True,
        help_text="Empty: no music.",
    )

    example = {
        "url": "rtmp://push.example.com/game/",
        "key": "stream-42?expire=1900000000&sign=…",
        "size": "720x1280",
        "frame_rate": 30,
        "video_kbit_s": 2500,
        "background": "studio",
        "music": "calm",
    }


class StepLineSerializer(serializers.Serializer[object]):
    """One line of a check's result."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["passed", "failed", "skipped"])
    words = serializers.CharField()


class StreamStateSerializer(serializers.Serializer[object]):
    """What is stored, without the key. `url` is empty when there is no target."""

    url = serializers.CharField(allow_blank=True)
    size = serializers.ChoiceField(choices=StreamTarget.Size.choices)
    frame_rate = serializers.IntegerField()
    video_kbit_s = serializers.IntegerField()
    background = serializers.ChoiceField(choices=StreamTarget.Background.choices)
    music = serializers.ChoiceField(choices=StreamTarget.Music.choices, allow_blank=True)
    has_key = serializers.BooleanField()
    key_expires_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    check_fault = serializers.CharField(allow_blank=True)
    check = StepLineSerializer(many=True)

    example = {
        "url": "rtmp://push.example.com/game/",
        "size": "720x1280",
        "frame_rate": 30,
        "video_kbit_s": 2500,
        "background": "studio",
        "music": "calm",
        "has_key": True,
        "key_expires_at": "2030-03-17T17:46:40Z",
        "checked_at": "2026-11-30T20:00:00Z",
        "check_fault": "",
        "check": [{"name": "The server answers", "state": "passed", "words": ""}],
    }


@api_route(
    Operation(
        method="GET",
        name="read_stream",
        summary="Read where a show is streamed to",
        scope=Scope.READ,
        answer=StreamStateSerializer,
    ),
    Operation(
        method="PUT",
        name="replace_stream",
        summary="Store where a show is streamed to",
        description="The key is stored encrypted and never returned. A running check is not waited for.",
        scope=Scope.WRITE,
        body=StreamTargetSerializer,
        answer=StreamStateSerializer,
        problems=SAVE_PROBLEMS,
    ),
    Operation(
        method="DELETE",
        name="delete_stream",
        summary="Delete the server URL and the key",
        scope=Scope.WRITE,
        status=status.HTTP_204_NO_CONTENT,
    ),
)
def stream(request: Request, show_id: UUID) -> Response:
    """Read, replace or delete a stream target."""
    asked = tenant_request(request)
    use, target = get_stream_for(asked, show_id)
    if request.method == "DELETE":
        delete_target(tenant=asked.tenant, use_id=use.id)
        return Response(status=status.HTTP_204_NO_CONTENT)
    if request.method == "PUT":
        target = save_target(tenant=asked.tenant, use=use, **valid_input(StreamTargetSerializer, request))
    return Response(_state(target, asked.tenant.id, use.id))


@api_route(
    Operation(
        method="POST",
        name="check_stream",
        summary="Check the stream target",
        description="It publishes under the key, sends nothing and ends at once. It may take a minute.",
        scope=Scope.WRITE,
        answer=StreamStateSerializer,
        problems=CHECK_PROBLEMS,
    ),
)
def stream_check(request: Request, show_id: UUID) -> Response:
    """Check a stream target and return the result line by line."""
    asked = tenant_request(request)
    use, target = get_stream_for(asked, show_id)
    if target is None:
        raise Http404("This show has no stream target.")
    check_target(target=target)
    return Response(_state(target, asked.tenant.id, use.id))


def _state(target: StreamTarget | None, tenant_id: UUID, use_id: UUID) -> object:
    row = target or StreamTarget()
    answer = {
        **{name: getattr(row, name) for name in STORED},
        "has_key": has_key(tenant_id, use_id),
        "check": check_lines(row),
    }
    return StreamStateSerializer(answer).data
