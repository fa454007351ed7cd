"""Formats the log: plain lines for a terminal, or one JSON object a line for a collector of logs."""

import logging
import traceback
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from config.redaction import redact
from tenants.api.request_ids import request_id_of

# Fields of a record that `extra` may set and that a reader of logs searches for.
EXTRA_FIELDS = ("status_code",)


class PlainFormatter(logging.Formatter):
    """Writes lines of text; also a traceback's lines are redacted."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def json_formatter() -> ProcessorFormatter:
    """Return the formatter for JSON: time, level, logger, event, and `request` or `session` where known.

    `request` is the id that the answer's header names, `session` the live that a worker runs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=EXTRA_FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_request,
        _write_traceback,
    ]
    return ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            _redact_all,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _name_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Add the request's id where Django logs after the middleware has ended."""
    request = getattr(event["_record"], "request", None)
    if isinstance(request, HttpRequest) and (request_id := request_id_of(request)):
        event["request"] = request_id
    return event


def _write_traceback(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace exception objects by text: files and lines, without the values of variables."""
    raised = event.pop("exc_info", None) or event["_record"].exc_info
    if raised and raised is not True and raised[0] is not None:
        event["exception"] = "".join(traceback.format_exception(*raised))
    return event


def _redact_all(logger: WrappedLogger, method: str, event: EventDict) -> dict[str, Any]:
    return {name: redact(value) if isinstance(value, str) else value for name, value in event.items()}
