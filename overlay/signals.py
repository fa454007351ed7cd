"""Signals between the overlay and the apps above it."""

from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class OverlayUse:
    """What an overlay belongs to, such as a show.

    `address` is the page where it is edited, `setup_address` the page that shows the overlay's own address.
    """

    id: UUID
    overlay_id: UUID
    name: str
    address: str
    setup_address: str


# Arguments: tenant, use_id. The receiver that knows a use of this id in the tenant returns its `OverlayUse`;
# every other receiver returns None.
overlay_use_asked = Signal()

# Arguments: overlay_id. The receiver that knows whose overlay it is returns the language in which viewers are
# addressed, such as "de"; every other receiver returns None.
overlay_language_asked = Signal()

# Arguments: overlay_ids. Each receiver returns the `Order`s that its rows demand of these overlays' pages,
# such as a mute; they are sent to pages that may have missed them.
standing_orders_asked = Signal()

# Sent asynchronously from a page's socket; every open page reports for itself, so that an utterance may be
# acknowledged several times. Arguments:
#   overlay_id, utterance_id: UUID
#   phase: "started", "ended" or "cut" (started, but not played to its end)
#   played_ms: int or None, the audio that could be heard
#   level_db: float or None, the loudness that left the page in dBFS; -120 is silence
#   underruns, underrun_ms: int or None, the gaps in the audio and their total length
#   context: str, the state of the browser's audio
utterance_acknowledged = Signal()

# Sent asynchronously from a page's socket when a page connects, leaves or changes.
# Arguments: overlay_id, pages (a list of `OpenPage`).
overlay_pages_changed = Signal()

# Sent asynchronously from a page's socket when the page has fallen silent and gone off air.
# Arguments: overlay_id, page_id (a text that is the page's own).
overlay_silenced = Signal()
