"""Serves the audio of a reply, whole or in part, as players ask for it."""

import re
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from livesessions.access import get_session_for
from livesessions.models.replies import REPLY_AUDIO, ReplyAudio, audio_key
from providers.object_store import TenantObjects
from tenants.access import member_required
from tenants.http import TenantRequest

RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


@require_safe
@member_required()
def reply_audio(request: TenantRequest, session_id: UUID, reply_id: UUID) -> HttpResponse:
    """Return a reply's audio; a part of it for a request with one range (RFC 9110, section 14)."""
    session = get_session_for(request, session_id)
    audio: ReplyAudio = get_object_or_404(ReplyAudio, session=session, reply_id=reply_id)
    sound = TenantObjects(REPLY_AUDIO, session.tenant_id).get(audio_key(session.id, audio.reply_id))
    if sound is None:
        raise Http404("The audio is not there any more.")
    response = _part(sound, request.headers.get("Range", ""))
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _part(sound: bytes, asked: str) -> HttpResponse:
    """Return the asked range of the sound, or all of it when no single range is asked."""
    match = RANGE.fullmatch(asked)
    if match is None or asked == "bytes=-":
        return HttpResponse(sound, content_type="audio/wav")
    first, last = match.groups()
    start = int(first) if first else max(len(sound) - int(last), 0)
    end = min(int(last), len(sound) - 1) if first and last else len(sound) - 1
    if start > end:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{len(sound)}"
        return refused
    response = HttpResponse(sound[start : end + 1], content_type="audio/wav", status=206)
    response.headers["Content-Range"] = f"bytes {start}-{end}/{len(sound)}"
    return response
