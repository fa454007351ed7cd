"""What became of a test, in words, with what to do about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.messages import constants
from django.utils.translation import gettext_lazy as _

from livesessions.shows.overlay_test.voice import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """`level` is one of Django's message levels."""

    level: int
    title: Any
    text: Any = ""

    @property
    def tone(self) -> str:
        return {constants.SUCCESS: "good", constants.INFO: "plain"}.get(self.level, "wary")


TOLD = {
    Outcome.SHOWN: Told(
        constants.INFO, _("Sent to the overlay."), _("You see it in your streaming program for 15 seconds.")
    ),
    Outcome.ASKED: Told(
        constants.INFO,
        _("Your host says it in a moment."),
        _("A live is running, so the line goes through it: the console tells whether it was heard."),
    ),
    Outcome.HEARD: Told(
        constants.SUCCESS,
        _("Heard."),
        _("The overlay played your host's voice. If you hear nothing, look at the audio mixer."),
    ),
    Outcome.SILENT: Told(
        constants.WARNING,
        _("Played in silence."),
        _(
            "The overlay played the line, but no sound left it. Take the mute off its loudspeaker button, "
            "then test again."
        ),
    ),
    Outcome.UNHEARD: Told(
        constants.WARNING,
        _("No overlay is open."),
        _(
            "Nothing has answered. Open your streaming program, make the source visible and check that its "
            "address is the one on this page."
        ),
    ),
    Outcome.UNPLAYED: Told(
        constants.WARNING,
        _("The overlay is open, but did not play."),
        _(
            "Its browser holds the sound back. In OBS select the source, press Interact and click once into "
            "the picture, then test again."
        ),
    ),
    Outcome.VOICELESS: Told(
        constants.ERROR,
        _("The voice did not answer."),
        _("Your overlay is not to blame. Try again in a moment, or choose another voice for the show."),
    ),
    Outcome.INTERRUPTED: Told(
        constants.INFO, _("A live has started."), _("The test gave way to it: now your host speaks for real.")
    ),
}
