"""Which of the installation's voices a plan includes. With a key of its own a workspace may use any voice."""

from collections.abc import Callable
from uuid import UUID

from billing.plans import doors
from billing.plans.entitlements import entitlements_of
from billing.plans.meters import left_of
from providers.models import Credential
from providers.querysets import readable_credentials
from speech.models import VoiceProfile
from speech.stage.capabilities import capabilities_of

Provider = VoiceProfile.Provider
PREMIUM = frozenset({Provider.ELEVENLABS.value})

# Whether the plan includes the installation's voices of a provider.
Includes = Callable[[str], bool]


def include_all(provider: str) -> bool:
    return True


def door_of(provider: str) -> doors.Door | None:
    """Return the door of a provider's voices; None for those that cost nothing."""
    if provider == Provider.AUTO or not capabilities_of(provider).needs_key:
        return None
    return doors.PREMIUM_VOICE if provider in PREMIUM else doors.CLOUD_VOICE


def included_voices(tenant_id: UUID) -> Includes:
    """Return which voices a workspace's plan includes now, and has characters left for."""
    entitlements = entitlements_of(tenant_id)

    def includes(provider: str) -> bool:
        door = door_of(provider)
        if door is None or door.meter is None or entitlements.is_self_hosted:
            return True
        if doors.refusal(door, entitlements):
            return False
        return doors.refusal(door, entitlements, left=left_of(entitlements, door.meter)) is None

    return includes


def is_beyond_plan(tenant_id: UUID, provider: str) -> bool:
    """Return whether a chosen provider is skipped because the plan does not include its voices."""
    door = door_of(provider)
    if door is None or door.feature is None or entitlements_of(tenant_id).has(door.feature):
        return False
    return not readable_credentials(tenant_id, Credential.Kind.VOICE).get(provider)


def require_voice(tenant_id: UUID, provider: str, *, speaks: bool) -> None:
    """Raise `PlanRefused` unless a workspace may choose a provider or, if it `speaks`, hear it now."""
    door = door_of(provider)
    if door is None or readable_credentials(tenant_id, Credential.Kind.VOICE).get(provider):
        return
    doors.require(door, tenant_id, spends=speaks)
