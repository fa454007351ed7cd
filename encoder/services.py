"""Stores, checks and deletes stream targets and their keys."""

from math import ceil
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.plans import doors
from encoder.errors import StreamRefused
from encoder.models import StreamTarget
from encoder.preflight import Preflight, check
from encoder.readiness import require_managed_mode
from encoder.rtmp.address import PUBLIC_PORTS, StreamKey, expiry_of, is_key, read_address
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.errors import PublishError, PublishFault
from encoder.signals import StreamUse, stream_renewed
from encoder.words import FAULTS
from providers.errors import RateLimitUnavailable
from providers.models import Credential
from providers.querysets import TenantCredential, readable_credentials
from providers.rate_limit import Bucket, take
from providers.services import delete_credential, record_check, save_credential
from tenants import audit
from tenants.models import Tenant

STREAM = Credential.Kind.STREAM
# A check opens connections to an address of the user's choice: a few in a row, then one every two minutes.
CHECKS = Bucket(rate_per_s=1 / 120, burst=5)
REFUSED_KEY = frozenset(
    {
        PublishFault.BAD_NAME,
        PublishFault.DENIED,
        PublishFault.PUBLISH_REFUSED,
        PublishFault.CLOSED_DURING_PUBLISH,
    }
)


@transaction.atomic
def save_target(
    *,
    tenant: Tenant,
    use: StreamUse,
    url: str,
    key: str = "",
    size: str = StreamTarget.Size.PORTRAIT,
    frame_rate: int = StreamTarget.FrameRate.USUAL,
    video_kbit_s: int = 2_500,
    background: str = StreamTarget.Background.STUDIO,
    music: str = StreamTarget.Music.NONE,
) -> StreamTarget:
    """Store the address, key and picture of a show's stream; it then counts as not checked.

    Without a key, the stored one is kept. Raise `StreamRefused` for an address or a key that cannot be one,
    `PlanRefused` when the plan has no managed mode, or no Full HD for this size.
    """
    if size == StreamTarget.Size.PORTRAIT_HD:
        doors.require(doors.FULL_HD, tenant.id)
    require_managed_mode(tenant.id)
    _refuse_address(url)
    target = StreamTarget.objects.filter(tenant=tenant, use_id=use.id).first()
    target = target or StreamTarget(tenant=tenant, use_id=use.id)
    target.url, target.size, target.frame_rate, target.video_kbit_s = (
        url.strip(),
        size,
        frame_rate,
        video_kbit_s,
    )
    target.background, target.music = background, music
    target.checked_at, target.check_step, target.check_fault = None, "", ""
    if key := key.strip():
        _save_key(tenant, use, key)
        target.key_expires_at = expiry_of(StreamKey(key))
    elif not has_key(tenant.id, use.id):
        raise StreamRefused(_("Paste the stream key too."), code="stream_key_missing", field="key")
    target.save()
    audit.record("stream.saved", target, detail={"show": use.name, "url": target.url, "new_key": bool(key)})
    renew_stream(use_id=use.id)
    return target


def renew_stream(*, use_id: UUID) -> None:
    """Have a running stream of a show go on with what is stored now, after the transaction."""
    transaction.on_commit(lambda: stream_renewed.send(sender=StreamTarget, use_id=use_id))


@transaction.atomic
def delete_target(*, tenant: Tenant, use_id: UUID) -> None:
    """Delete the target of a show with its key, if it has one."""
    for target in StreamTarget.objects.filter(tenant=tenant, use_id=use_id):
        audit.record("stream.deleted", target, detail={"url": target.url})
        target.delete()
        delete_credential(tenant=tenant, kind=STREAM, provider=str(use_id))


def check_target(*, target: StreamTarget) -> StreamTarget:
    """Try a target up to an accepted stream, and store what came of it. It may take a minute.

    Raise `StreamRefused` when there were too many checks, or when the key cannot be read.
    """
    require_managed_mode(target.tenant_id)
    credential = _readable_key(target)
    _count_check(target)
    result = _run_check(target, StreamKey(credential.secret))
    _store_check(target, credential, result)
    return target


def has_key(tenant_id: UUID, use_id: UUID) -> bool:
    """Return whether a key is stored for a show."""
    return Credential.objects.filter(tenant_id=tenant_id, kind=STREAM, provider=str(use_id)).exists()


def dial_options() -> DialOptions:
    """Return how this installation connects to stream servers."""
    return DialOptions(allows_loopback=settings.STREAM_TO_LOOPBACK)


def _refuse_address(url: str) -> None:
    try:
        address = read_address(url)
    except PublishError as error:
        raise StreamRefused(str(FAULTS[error.fault]), code="stream_address_refused", field="url") from None
    if address.port not in PUBLIC_PORTS and not settings.STREAM_TO_LOOPBACK:
        words = str(FAULTS[PublishFault.PORT_NOT_ALLOWED])
        raise StreamRefused(words, code="stream_address_refused", field="url")


def _save_key(tenant: Tenant, use: StreamUse, key: str) -> None:
    if not is_key(key):
        words = _("This is no stream key: it has spaces or other characters that no key has. Copy it again.")
        raise StreamRefused(words, code="stream_key_refused", field="key")
    save_credential(
        tenant=tenant, kind=STREAM, provider=str(use.id), secret=key, label=use.name[:60], keeps_ending=False
    )


def _readable_key(target: StreamTarget) -> TenantCredential:
    credential = readable_credentials(target.tenant_id, STREAM).get(str(target.use_id))
    if credential is None:
        words = _("The key cannot be read any more. Paste it again.")
        raise StreamRefused(words, code="stream_key_missing", status=409)
    return credential


def _count_check(target: StreamTarget) -> None:
    try:
        wait_s = take({f"stream-check:{target.tenant_id}": CHECKS})
    except RateLimitUnavailable:
        words = _("The stream cannot be checked right now. Try again in a moment.")
        raise StreamRefused(words, code="stream_check_unavailable", status=503) from None
    if wait_s:
        words = _("Too many checks in a short time. Try again in %(seconds)d s.")
        raise StreamRefused(words % {"seconds": ceil(wait_s)}, code="stream_check_limited", status=429)


def _run_check(target: StreamTarget, key: StreamKey) -> Preflight:
    return async_to_sync(check)(target.address, key, dial_options())


@transaction.atomic
def _store_check(target: StreamTarget, credential: TenantCredential, result: Preflight) -> None:
    target.checked_at, target.check_step = timezone.now(), result.step
    target.check_fault = result.fault or ""
    # Not of a target that was replaced meanwhile.
    unchanged = StreamTarget.objects.filter(
        id=target.id, tenant_id=target.tenant_id, changed_at=target.changed_at
    )
    unchanged.update(
        checked_at=target.checked_at, check_step=target.check_step, check_fault=target.check_fault
    )
    outcome = Credential.CheckResult.WORKS
    if result.fault is not None:
        is_refused = result.fault in REFUSED_KEY
        outcome = Credential.CheckResult.REFUSED if is_refused else Credential.CheckResult.FAILED
    record_check(credential=credential, result=outcome)
