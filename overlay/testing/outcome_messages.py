"""The message for each outcome of an overlay test: what happened and what to do."""

from dataclasses import dataclass
from typing import Any

from django.contrib.messages import constants
from django.utils.translation import gettext_lazy as _

from overlay.testing.spoken_line import OverlayTestOutcome


@dataclass(frozen=True, slots=True)
class OutcomeMessage:
    """A title and a text for the user. `level` is one of Django's message levels."""

    level: int
    title: Any
    text: Any = ""

    @property
    def tone(self) -> str:
        """The message's look: `good`, `plain` or `wary`."""
        return {constants.SUCCESS: "good", constants.INFO: "plain"}.get(self.level, "wary")


MESSAGES = {
    OverlayTestOutcome.SHOWN: OutcomeMessage(
        constants.INFO,
        _("Sent to the overlay."),
        _("It appears in your streaming program for 15 seconds."),
    ),
    OverlayTestOutcome.ASKED: OutcomeMessage(
        constants.INFO,
        _("Your host will say it in a moment."),
        _("A live is running, so the host says it there. The console shows whether it was heard."),
    ),
    OverlayTestOutcome.HEARD: OutcomeMessage(
        constants.SUCCESS,
        _("Heard."),
        _("The overlay played your host's voice. If you hear nothing, check the audio mixer."),
    ),
    OverlayTestOutcome.SILENT: OutcomeMessage(
        constants.WARNING,
        _("Played in silence."),
        _("The overlay played the sentence without sound. Unmute it in the audio mixer, then test again."),
    ),
    OverlayTestOutcome.UNHEARD: OutcomeMessage(
        constants.WARNING,
        _("No overlay is open."),
        _(
            "Open your streaming program, make the source visible and check that its address is the one on "
            "this page."
        ),
    ),
    OverlayTestOutcome.UNPLAYED: OutcomeMessage(
        constants.WARNING,
        _("The overlay is open, but did not play."),
        _(
            "Its browser blocks the sound. In OBS, select the source, press Interact and click once into the "
            "picture. Then test again."
        ),
    ),
    OverlayTestOutcome.VOICELESS: OutcomeMessage(
        constants.ERROR,
        _("The voice did not answer."),
        _("The overlay is fine. Try again in a moment, or choose another voice for the show."),
    ),
    OverlayTestOutcome.INTERRUPTED: OutcomeMessage(
        constants.INFO, _("A live has started."), _("The test has stopped, and your host speaks in the live.")
    ),
}
