"""Which meter of a plan each kind of usage is counted on."""

from collections.abc import Mapping
from uuid import UUID

from billing.plans.catalogue import Meter
from billing.usage import UsageKind

# The other kinds cost money but are limited by no plan: embeddings, moderation, storage.
METER_OF_KIND: Mapping[UsageKind, Meter] = {
    UsageKind.INPUT_TOKENS: Meter.TOKENS,
    UsageKind.OUTPUT_TOKENS: Meter.TOKENS,
    UsageKind.VOICE_CHARACTERS: Meter.VOICE_CHARACTERS,
    UsageKind.LIVE_SECONDS: Meter.LIVE_SECONDS,
    UsageKind.ENCODER_SECONDS: Meter.ENCODER_SECONDS,
    UsageKind.MEDIA_SECONDS: Meter.MEDIA_SECONDS,
}


def live_key(live_id: UUID, meter: Meter) -> str:
    """Return the key of what a live has reserved of a meter; `billing_write_usage` builds the same."""
    return f"live:{live_id}:{meter}"
