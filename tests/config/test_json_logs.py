"""JSON logs: one object a line, which names the request or the live, and holds no secret."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from config.logs import PlainFormatter, json_formatter
from config.redaction import redact
from tenants.api.request_ids import HEADER, RequestIdMiddleware

SECRETS = {
    "an overlay's token": ("/ws/overlay/3kVq8sX2mB7cN1p/", "3kVq8sX2mB7cN1p"),
    "an emergency link": ("GET /emergency/aB3dE5fG7hJ9/", "aB3dE5fG7hJ9"),
    "a database's password": ("postgres://vivavoce:hunter2@db/vivavoce failed", "hunter2"),
    "Redis's password": ("rediss://:s3cret@redis:6379/0", "s3cret"),
    "a bearer token": ("Authorization: Bearer vv_abcdefghijklmnop", "abcdefghijklmnop"),
    "an API token": ("token vv_abcdefghijklmnop", "abcdefghijklmnop"),
    "a key of OpenAI": ("key sk-proj-abcdefghijklmnop", "abcdefghijklmnop"),
    "a key of Stripe": ("sk_live_abcdefghijklmnop", "live_abcdefghijklmnop"),
    "a webhook's secret": ("whsec_abcdefghijklmnop", "abcdefghijklmnop"),
    "a person": ("mail to alice.rossi@example.com failed", "alice.rossi"),
}


@pytest.fixture
def written() -> Iterator[StringIO]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_formatter())
    logger = logging.getLogger("anybody")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.propagate = True
    logger.removeHandler(handler)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_with_its_live(written: StringIO) -> None:
    with bound_contextvars(session="1234"):
        logging.getLogger("anybody").warning("live failed: tries=%d", 3)
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "live failed: tries=3",
        "logger": "anybody",
        "level": "warning",
        "session": "1234",
    }


def test_a_line_within_a_request_has_the_id_of_its_answer(written: StringIO) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        logging.getLogger("anybody").warning("slow")
        return HttpResponse()

    response = RequestIdMiddleware(view)(HttpRequest())
    logging.getLogger("anybody").warning("after it")
    inside, after = lines(written)
    assert inside["request"] == response.headers[HEADER]
    assert "request" not in after


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_written_neither_in_the_text_nor_in_a_traceback(
    text: str, secret: str, written: StringIO
) -> None:
    try:
        raise ConnectionError(text)
    except ConnectionError:
        logging.getLogger("anybody").exception("failed: %s", text)
    (line,) = lines(written)
    assert "ConnectionError" in line["exception"]
    assert secret not in written.getvalue()
    assert "…" in line["event"]


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_plain_lines_hide_the_same(text: str, secret: str) -> None:
    record = logging.LogRecord("anybody", logging.ERROR, "", 1, "failed", (), None)
    record.exc_text = f"Traceback\nConnectionError: {text}"
    assert secret not in PlainFormatter("%(message)s").format(record)


@pytest.mark.parametrize(
    "text", ["live failed: session=7f3a", "event loop stalled: for_s=2.0 at:", "https://example.com/a?b=c"]
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert redact(text) == text
