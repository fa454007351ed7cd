"""The parts of a live that the kill switch stops, in the order in which it reaches them."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class PartName(StrEnum):
    """A part that acknowledges when it has stopped."""

    OVERLAY = "overlay"
    SESSION = "session"
    WORKER = "worker"
    STREAM = "stream"


OVERLAY = PartName.OVERLAY

LABELS: dict[PartName, str | Promise] = {
    PartName.OVERLAY: _("Overlay"),
    PartName.SESSION: _("Live"),
    PartName.WORKER: _("Host"),
    PartName.STREAM: _("Stream"),
}
