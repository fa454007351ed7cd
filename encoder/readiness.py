"""Says whether a workspace may stream, and gives what a stream of a show needs."""

from uuid import UUID

from django.utils.translation import gettext as _

from billing.plans import doors
from encoder.errors import StreamRefused
from encoder.models import StreamTarget
from encoder.rtmp.address import StreamKey
from providers.models import Credential
from providers.querysets import readable_credentials


def require_managed_mode(tenant_id: UUID) -> None:
    """Raise `PlanRefused` when a workspace's plan has no managed mode."""
    doors.require(doors.MANAGED_LIVE, tenant_id, spends=False)


def require_stream(*, tenant_id: UUID, use_id: UUID) -> tuple[StreamTarget, StreamKey]:
    """Return where the lives of a show are streamed to.

    Raise `PlanRefused` without managed mode or encoder hours in the plan, `StreamRefused` without a target or
    a readable key.
    """
    doors.require(doors.MANAGED_LIVE, tenant_id)
    target = StreamTarget.objects.filter(tenant_id=tenant_id, use_id=use_id).first()
    if target is None:
        raise StreamRefused(
            _("We send the picture of this show and have no stream key. Paste it on the tab “Stream” first."),
            code="stream_target_missing",
            status=409,
        )
    credential = readable_credentials(tenant_id, Credential.Kind.STREAM).get(str(use_id))
    if credential is None:
        words = _("The key cannot be read any more. Paste it again.")
        raise StreamRefused(words, code="stream_key_missing", status=409)
    return target, StreamKey(credential.secret)
