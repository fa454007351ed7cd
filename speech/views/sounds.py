from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from speech.errors import PreviewRefused
from speech.runtime.preview_sounds import read_sound
from tenants.access import member_required
from tenants.http import TenantRequest
from tenants.roles import EDITOR


@never_cache
@require_safe
@member_required(EDITOR)
def preview_sound(request: TenantRequest, key: str) -> HttpResponse:
    """Serve a preview's sound, also in ranges: some browsers play nothing else."""
    try:
        wav = read_sound(tenant=request.tenant, user=request.user, key=key)
    except PreviewRefused as refusal:
        return HttpResponse(status=refusal.status)
    if wav is None:
        raise Http404
    start, end = _range_of(request.headers.get("Range", ""), len(wav))
    part = wav[start:end]
    response = HttpResponse(part, content_type="audio/wav", status=200 if len(part) == len(wav) else 206)
    response.headers["Accept-Ranges"] = "bytes"
    if response.status_code == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(wav)}"
    return response


def _range_of(header: str, length: int) -> tuple[int, int]:
    """Return the start and end of the one requested range; the whole for any other header."""
    first, dash, last = header.removeprefix("bytes=").partition("-")
    if not dash or not first.isdecimal() or (last and not last.isdecimal()):
        return 0, length
    start, end = int(first), min(int(last) + 1 if last else length, length)
    return (start, end) if start < end else (0, length)
