from pathlib import PurePosixPath

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from providers.object_store import read_signed


@require_safe
def object_download(request: HttpRequest, token: str) -> FileResponse:
    """Send an object to whoever holds its signed address, until that expires."""
    signed = read_signed(token)
    if signed is None:
        raise Http404
    storage, name = signed
    try:
        file = storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=PurePosixPath(name).name)
