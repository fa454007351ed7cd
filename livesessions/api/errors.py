"""One shape for all that the REST API refuses: `detail` in words, and `errors` by field or a `code`."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from livesessions.errors import BridgeUnreachable, CommandUnreachable, SessionConflict
from livesessions.sources.webcast import clean_text
from overlay.errors import OverlayUnreachable
from planner.errors import PersonaInUse
from speech.errors import VoiceInUse, WordConflict

MAX_FIELD_NAME = 100


class Conflict(APIException):
    """Raised when a request does not fit the state of a live."""

    status_code = status.HTTP_409_CONFLICT


class Unreachable(APIException):
    """Raised when what the request needs does not answer right now."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    response = exception_handler(_translated(error), context)
    if response is None:
        return None
    if isinstance(error, SessionConflict):
        response.data["code"] = error.code
    if isinstance(error, ValidationError):
        response.data = {
            "detail": _("Some of what was sent is not right."),
            "errors": by_field(response.data),
        }
    return response


def _translated(error: Exception) -> Exception:
    """Return what the REST framework answers in place of an error of ours."""
    if isinstance(error, SessionConflict):
        return Conflict(str(error))
    if isinstance(error, PersonaInUse):
        words = _("This persona hosts shows: %(shows)s. Give them another persona first.")
        return Conflict(words % {"shows": ", ".join(error.shows)})
    if isinstance(error, VoiceInUse):
        words = _("Shows speak with this voice: %(shows)s. Give them another voice first.")
        return Conflict(words % {"shows": ", ".join(error.shows)})
    if isinstance(error, WordConflict):
        return Conflict(str(error))
    if isinstance(error, OverlayUnreachable | BridgeUnreachable | CommandUnreachable):
        return Unreachable(_("The live cannot be reached right now. Try again in a moment."))
    if isinstance(error, Http404):
        return NotFound()  # its words must not tell which rows exist
    return error


def by_field(problems: Any) -> dict[str, list[str]]:
    """Flatten nested problems: `{"source_options": {"seed": […]}}` becomes `{"source_options.seed": […]}`.

    Problems may quote what was sent, so they are made fit to be sent back.
    """
    if not isinstance(problems, dict):
        return {api_settings.NON_FIELD_ERRORS_KEY: [clean_text(str(problem)) for problem in problems]}
    flat: dict[str, list[str]] = {}
    for field, found in problems.items():
        name = clean_text(str(field), MAX_FIELD_NAME)
        if isinstance(found, dict):
            flat.update({f"{name}.{inner}": texts for inner, texts in by_field(found).items()})
        else:
            flat[name] = [clean_text(str(problem)) for problem in found]
    return flat
