"""The only door from a URL to a stream target."""

from typing import cast
from uuid import UUID

from django.http import Http404

from encoder.models import StreamTarget
from encoder.signals import StreamUse, stream_use_asked
from tenants.http import TenantRequest


def get_stream_for(request: TenantRequest, use_id: UUID) -> tuple[StreamUse, StreamTarget | None]:
    """Return what is streamed, and its target, if it has one.

    Raise `Http404` when the request's tenant has no such show.
    """
    answers = stream_use_asked.send(sender=StreamTarget, tenant=request.tenant, use_id=use_id)
    use = next((cast("StreamUse", answer) for _receiver, answer in answers if answer is not None), None)
    if use is None:
        raise Http404("Nothing with this id is streamed.")
    return use, StreamTarget.objects.filter(tenant=request.tenant, use_id=use.id).first()
