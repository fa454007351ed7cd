"""What is too large is refused before it is read; the client can read why."""

import json
import re

import pytest
from django.urls import resolve

from bench.playback import rss_mb
from config.server.limits import BODY_LIMITS
from tests.architecture.sources import APPS, ROOT, files
from tests.config.web_server import WebServer, chunks, head, read_answer

pytestmark = [pytest.mark.processes, pytest.mark.slow]

LOGIN = "/accounts/login/"
FORM = "application/x-www-form-urlencoded"
PIECE = b"a=b&" * 16_384
LONG = b"a" * 65_536
ID = "[0-9a-f-]{36}"
EXAMPLE = "00000000-0000-0000-0000-000000000001"
PICTURE_FORM = "/shows/00000000-0000-0000-0000-000000000001/overlay/"


def post(path: str, length: int, kind: str = FORM, **headers: str) -> bytes:
    return head("POST", path, content_length=length, content_type=kind, **headers)


def sends_all(server: WebServer, *parts: bytes) -> bool:
    """Return whether a client that reads no answer can send everything."""
    try:
        server.send(*parts)
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain", "application/json"])
def test_a_body_of_10_mb_is_refused_and_the_client_that_sends_it_all_reads_why(
    server: WebServer, kind: str
) -> None:
    answer = server.send(post(LOGIN, 160 * len(PIECE), kind), *[PIECE] * 160)
    assert answer.status == 413
    assert "too large" in answer.body


def test_a_body_of_300_mb_is_refused_before_it_is_sent(server: WebServer) -> None:
    assert server.send(post(LOGIN, 300_000_000)).status == 413


def test_who_asks_first_is_not_told_to_continue(server: WebServer) -> None:
    assert server.send(post(LOGIN, 300_000_000, expect="100-continue")).status == 413


def test_a_body_without_a_length_is_refused_when_it_has_become_too_large(server: WebServer) -> None:
    start = head("POST", LOGIN, transfer_encoding="chunked", content_type=FORM)
    assert server.send(start, *chunks([LONG] * 100)).status == 413


def test_a_body_in_tiny_chunks_is_refused(server: WebServer) -> None:
    start = head("POST", LOGIN, transfer_encoding="chunked", content_type=FORM)
    assert server.send(start, b"".join(chunks([b"a"] * 5_000))).status == 413


def test_300_mb_leave_no_trace_in_memory(server: WebServer) -> None:
    server.send(head("GET", LOGIN))
    pages = server.children()["pages"]
    before_mb = rss_mb(pages)
    for start in (
        post(LOGIN, 300_000_000),
        head("POST", LOGIN, transfer_encoding="chunked", content_type=FORM),
    ):
        assert not sends_all(server, start, *chunks([LONG] * 4_600))
    assert server.send(head("GET", LOGIN)).status == 200
    assert rss_mb(pages) < before_mb + 30


def test_a_long_form_without_a_file_goes_through(server: WebServer) -> None:
    assert server.send(post(LOGIN, 900_000), b"text=" + b"a" * 899_995).status == 403  # without a CSRF cookie


def test_only_multipart_may_be_as_large_as_a_file(server: WebServer) -> None:
    body = b"a" * 2_000_000
    assert server.send(post(PICTURE_FORM, len(body)), body).status == 413
    assert server.send(post(PICTURE_FORM, len(body), "multipart/form-data; boundary=x"), body).status != 413
    assert server.send(post(PICTURE_FORM, 10_000_000, "multipart/form-data; boundary=x")).status == 413


def test_the_rest_api_refuses_in_its_own_shape_and_in_the_clients_language(server: WebServer) -> None:
    answer = server.send(
        post("/api/v1/shows/", 2_000_000, "application/json", accept_language="xx, it;q=0.9, en;q=0.5")
    )
    assert (answer.status, answer.content_type) == (413, "application/json")
    body = json.loads(answer.body)
    assert body.pop("request_id")
    assert body == {
        "code": "too_large",
        "detail": "La richiesta è troppo grande. Invia un file più piccolo o un testo più breve.",
    }


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(head("GET", LOGIN, **{f"x-{n}": "1" for n in range(200)}), 431, id="many headers"),
        pytest.param(head("GET", LOGIN, cookie="a" * 17_000), 431, id="a long header"),
        pytest.param(
            head("GET", LOGIN, **{f"x-{n}": "a" * 1_000 for n in range(17)}), 431, id="long headers"
        ),
        pytest.param(head("GET", LOGIN + "?" + "a" * 100_000), 431, id="a long address"),
        pytest.param(head("GET", LOGIN + "?" + "a&" * 1_001), 400, id="many query fields"),
        pytest.param(b"nonsense\r\n\r\n", 400, id="no HTTP"),
        pytest.param(head("POST", LOGIN, content_length="many"), 400, id="a length in words"),
        pytest.param(
            head("POST", LOGIN, content_length=3, transfer_encoding="chunked"), 400, id="two lengths"
        ),
    ],
)
def test_a_head_beyond_the_limits_is_refused_with_words(
    server: WebServer, request_bytes: bytes, status: int
) -> None:
    answer = server.send(request_bytes)
    assert answer.status == status
    assert "<p>" in answer.body


def test_many_form_fields_are_refused(server: WebServer) -> None:
    body = b"csrfmiddlewaretoken=x&" + b"a=b&" * 1_500
    answer = server.send(post(LOGIN, len(body), cookie="csrftoken=" + "a" * 32), body)
    assert answer.status == 400
    assert "too many fields" in answer.body


def test_many_form_fields_in_chunks_are_refused(server: WebServer) -> None:
    start = head("POST", LOGIN, transfer_encoding="chunked", content_type=f"{FORM}; charset=utf-8")
    assert "too many fields" in server.send(start, *chunks([b"a=b&" * 600] * 3)).body


def test_the_connection_of_a_refused_request_is_closed(server: WebServer) -> None:
    with server.connect() as connection:
        connection.sendall(post(LOGIN, 300_000_000) + head("GET", LOGIN))
        assert read_answer(connection).status == 413
        assert connection.recv(1) == b""


def test_the_limits_concern_addresses_that_exist() -> None:
    shown = [limit.path.pattern.decode().replace(ID, EXAMPLE).replace("(try/)?", "") for limit in BODY_LIMITS]
    assert all(resolve(path) for path in shown)


def test_every_form_or_route_with_a_file_has_a_limit() -> None:
    """Whoever adds one adds its limit to `config/server/limits.py`, and its module here."""
    accepts_files = re.compile(r"forms\.FileField|serializers\.FileField|ImageField\(")
    found = {
        path.relative_to(ROOT).as_posix() for path in files(*APPS) if accepts_files.search(path.read_text())
    }
    assert found == {
        "overlay/editor/forms.py",
        "overlay/serializers.py",
        "knowledge/forms.py",
        "moderation/forms.py",
        "rehearsals/forms.py",
    }


def test_the_proxys_example_has_the_same_limits() -> None:
    example = (ROOT / "docs" / "operations.md").read_text()
    largest = {
        path: int(megabytes)
        for path, megabytes in re.findall(r"location ~ (\S+) +\{ client_max_body_size (\d+)m;", example)
    }
    for limit in BODY_LIMITS:
        path = limit.path.pattern.decode().replace(ID, EXAMPLE).replace("(try/)?", "")
        (megabytes,) = [most for pattern, most in largest.items() if re.match(pattern, path)]
        assert limit.most <= megabytes * 1024**2 < limit.most + 1_000_000
    assert "client_max_body_size 1m;" in example


def test_a_connection_serves_several_requests(server: WebServer) -> None:
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(head("GET", LOGIN))
            assert read_answer(connection).status == 200
