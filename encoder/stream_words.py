"""Says in words how a running stream is doing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encoder.broadcast.report import StreamPhase, StreamReport
from encoder.broadcast.setup import UnreadyReason
from encoder.rtmp.errors import PublishFault
from encoder.words import FAULTS, Text

REASONS: dict[UnreadyReason, Text] = {
    UnreadyReason.NO_TARGET: gettext_lazy("No server URL and key are stored. Paste them on the show’s page."),
    UnreadyReason.NO_KEY: gettext_lazy("The key cannot be read any more. Paste it again."),
    UnreadyReason.NOT_IN_PLAN: gettext_lazy("Your plan does not include it. Change the plan, or use OBS."),
    UnreadyReason.REHEARSAL: gettext_lazy("A rehearsal is not sent to TikTok. Open the overlay to hear it."),
    UnreadyReason.NO_PICTURES: gettext_lazy("The background could not be prepared. Try again."),
    UnreadyReason.USED_UP: gettext_lazy("The encoder hours of your plan are used up. Go on with OBS."),
    UnreadyReason.FAILED: gettext_lazy("An error on our side ended the stream. Try again."),
}
CALM: dict[StreamPhase, Text] = {
    StreamPhase.PREPARING: gettext_lazy("Preparing the picture…"),
    StreamPhase.CONNECTING: gettext_lazy("Connecting to the server…"),
    StreamPhase.CLOSING: gettext_lazy("Ending with a card…"),
    StreamPhase.ENDED: gettext_lazy("Ended"),
}


@dataclass(frozen=True, slots=True)
class StreamWords:
    """How a stream is doing. `tone` is good, wary or calm."""

    tone: str
    text: str


def stream_words(report: StreamReport) -> StreamWords:
    """Return how a stream is doing, and what to do when it is not well."""
    phase = StreamPhase(report["phase"])
    if phase in CALM:
        return StreamWords("calm", str(CALM[phase]))
    if phase is StreamPhase.PUBLISHING:
        return _publishing(report)
    if phase is StreamPhase.HELD_BY_SERVER:
        return StreamWords("wary", _("TikTok still holds the old stream. We try again every few seconds."))
    if phase is StreamPhase.RECONNECTING:
        text = _("Interrupted, connecting again. %(why)s") % {"why": fault_text(report["fault"])}
        return StreamWords("wary", text.strip())
    is_calm = report["fault"] == UnreadyReason.REHEARSAL
    return StreamWords("calm" if is_calm else "wary", fault_text(report["fault"]))


def _publishing(report: StreamReport) -> StreamWords:
    if report["is_behind"]:
        text = _("Only %(share)s %% of the pictures arrive. Choose a lower bit rate for the next live.")
        return StreamWords("wary", text % {"share": round(100 * report["delivery"])})
    return StreamWords("good", _("Reaches the server"))


def fault_text(fault: str) -> str:
    """Return why a stream is not published, in the user's words; empty for nothing known."""
    if fault in set(PublishFault):
        return str(FAULTS[PublishFault(fault)])
    return str(REASONS[UnreadyReason(fault)]) if fault in set(UnreadyReason) else ""
