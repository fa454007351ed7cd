"""Errors of an overlay test; every message says what to do."""

from django.utils.translation import gettext as _

from tenants.errors import AppError


class OverlayTestRefused(AppError):
    """Raised when an overlay cannot be tested now."""


def too_often(wait_s: int) -> OverlayTestRefused:
    return OverlayTestRefused(
        _("Too many tests in a short time. Try again in %(seconds)d s.") % {"seconds": wait_s},
        code="overlay_test_too_often",
        status=429,
    )


def too_many() -> OverlayTestRefused:
    return OverlayTestRefused(
        _("Many people are testing right now. Try again in a moment."),
        code="overlay_test_too_many",
        status=503,
    )


def voice_busy() -> OverlayTestRefused:
    return OverlayTestRefused(
        _("Another voice test is running. Wait until it has ended."), code="overlay_test_voice_busy"
    )


def host_muted() -> OverlayTestRefused:
    return OverlayTestRefused(
        _("Your host is muted. Unmute it on the console, then test the voice."),
        code="overlay_test_host_muted",
    )


def quiz_in_live() -> OverlayTestRefused:
    return OverlayTestRefused(
        _("A live is running. Start a real quiz on the console instead."), code="overlay_test_quiz_in_live"
    )


def overlay_unreachable() -> OverlayTestRefused:
    return OverlayTestRefused(
        _("The overlay cannot be reached right now. Try again in a moment."),
        code="overlay_test_unreachable",
        status=503,
    )
