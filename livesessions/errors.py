"""What users can do wrong with a live; every message says what to do."""

from django.utils.translation import gettext as _

from livesessions.shows.limits import QUESTIONS, SEGMENTS


class SessionConflict(Exception):
    """Raised when a command does not fit the state that a live is in.

    The message is for the user, `code` for programs.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class BridgeUnreachable(Exception):
    """Raised when the way from a bridge to the live's worker is interrupted; what was sent is not taken."""


class CommandUnreachable(Exception):
    """Raised when a command that is on no row did not get through; the next try may pass."""


def already_ended() -> SessionConflict:
    return SessionConflict(
        _("This live has ended. Prepare a new one to go on air again."), code="already_ended"
    )


def not_on_air() -> SessionConflict:
    return SessionConflict(_("This live is not on air yet. Start it first."), code="not_on_air")


def viewer_unknown() -> SessionConflict:
    return SessionConflict(
        _("This line is not written down yet, or nobody wrote it. Try again in a moment."),
        code="viewer_unknown",
    )


def show_is_taken() -> SessionConflict:
    return SessionConflict(
        _("This show has a live that has not ended. Stop it before you prepare another."),
        code="show_is_taken",
    )


def handle_missing() -> SessionConflict:
    return SessionConflict(
        _("This show has no TikTok handle. Add one, or choose the simulated chat."), code="handle_missing"
    )


def shopping_live() -> SessionConflict:
    return SessionConflict(
        _(
            "TikTok does not allow an AI voice in TikTok Shop lives, and this show is marked as one. "
            "If it is none, take the mark off in the show, then try again."
        ),
        code="shopping_live",
    )


class StudioRefusal(Exception):
    """Raised when a line cannot be rehearsed now. The message is for the user."""


def studio_unreachable() -> StudioRefusal:
    return StudioRefusal(_("The studio cannot be reached right now. Try again in a moment."))


def studio_busy() -> StudioRefusal:
    return StudioRefusal(_("One rehearsal at a time: wait until the last one has ended."))


def studio_crowded() -> StudioRefusal:
    return StudioRefusal(_("Many people are rehearsing right now. Try again in a moment."))


def studio_too_often(wait_s: int) -> StudioRefusal:
    words = _("That was a lot of lines in a short time. Try again in %(seconds)d s.")
    return StudioRefusal(words % {"seconds": wait_s})


class PlanConflict(Exception):
    """Raised when a show's plan does not take a change as it stands. The message is for the user."""


def plan_is_full() -> PlanConflict:
    return PlanConflict(_("A plan has at most %(most)d segments.") % {"most": SEGMENTS})


def plan_is_not_empty() -> PlanConflict:
    return PlanConflict(_("This plan has segments already. Only an empty plan can be filled."))


def reply_unknown() -> SessionConflict:
    return SessionConflict(
        _("This answer is not written down yet, or not one of this live. Try again in a moment."),
        code="reply_unknown",
    )


def reply_expired() -> SessionConflict:
    return SessionConflict(
        _("This answer has waited for 60 seconds and is no longer offered."), code="reply_expired"
    )


def reply_decided() -> SessionConflict:
    return SessionConflict(
        _("This answer does not wait any more: it was decided about."), code="reply_decided"
    )


def reply_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules hold these words back: %(why)s. Change them, or reject the answer.") % {"why": why},
        code="reply_refused",
    )


def poll_refused(why: str) -> SessionConflict:
    return SessionConflict(
        _("Your rules hold these words back: %(why)s. Put the poll in other words.") % {"why": why},
        code="poll_refused",
    )


def questions_are_full() -> PlanConflict:
    return PlanConflict(_("A show has at most %(most)d questions of its own.") % {"most": QUESTIONS})


class TrialRefusal(Exception):
    """Raised when an overlay cannot be tried out now. The message is for the user."""


def trial_too_often(wait_s: int) -> TrialRefusal:
    return TrialRefusal(
        _("That was a lot of tests in a short time. Try again in %(seconds)d s.") % {"seconds": wait_s}
    )


def trial_busy() -> TrialRefusal:
    return TrialRefusal(_("The voice is being tested right now. Wait until it has spoken."))


def trial_while_muted() -> TrialRefusal:
    return TrialRefusal(_("Your host is muted. Unmute it on the console, then test the voice."))


def trial_of_quiz_in_live() -> TrialRefusal:
    return TrialRefusal(_("A live is running. Start a real quiz on the console instead."))


def trial_unreachable() -> TrialRefusal:
    return TrialRefusal(_("The overlay cannot be reached right now. Try again in a moment."))
