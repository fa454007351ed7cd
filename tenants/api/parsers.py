import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20  # lists and objects within each other; the API's own bodies have five


class TooLarge(APIException):
    """Raised for a body that is longer than `MAX_BYTES`."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = gettext_lazy("The request is too large. Send it in smaller parts.")


class BoundedJSONParser(BaseParser):
    """Parses JSON bodies of at most `MAX_BYTES`, nested at most `MAX_DEPTH` deep.

    The depth is bounded because validators and serializers recurse, and a deep body would stop them.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw: bytes = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge
        try:
            parsed = json.loads(raw, parse_constant=_refuse)
        except RecursionError:
            raise ParseError(_("The JSON body is nested too deeply.")) from None
        except json.JSONDecodeError as error:
            where = {"line": error.lineno, "column": error.colno}
            raise ParseError(
                _("The body is not valid JSON: line %(line)s, column %(column)s.") % where
            ) from error
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not valid JSON: it is not encoded as UTF-8.")) from error
        except ValueError as error:
            raise ParseError(
                _("The body is not valid JSON: it has a number that JSON does not allow.")
            ) from error
        if _is_deep(parsed):
            raise ParseError(_("The JSON body is nested too deeply."))
        return parsed


def _is_deep(parsed: Any) -> bool:
    level = [parsed]
    for _depth in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return False
    return True


def _inner(value: Any) -> Iterable[Any]:
    """Return the lists and objects directly within a value."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (each for each in within if isinstance(each, list | dict))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
