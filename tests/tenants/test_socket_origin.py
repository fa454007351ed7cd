from typing import Any

import pytest

from tenants.sockets.origin import is_own_origin


def socket(origin: str | None, host: str = "testserver", **scope: Any) -> dict[str, Any]:
    headers = [(b"host", host.encode()), *scope.pop("headers", [])]
    if origin is not None:
        headers.append((b"origin", origin.encode("latin1")))
    return {"type": "websocket", "path": "/ws/", "query_string": b"", "headers": headers, **scope}


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://testserver", "testserver", "ws"),
        ("http://testserver:8000", "testserver:8000", "ws"),
        ("https://testserver", "testserver", "wss"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "ws"),
    ],
)
def test_the_address_that_served_the_page_is_accepted(origin: str, host: str, scheme: str) -> None:
    assert is_own_origin(socket(origin, host, scheme=scheme))


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://testserver:8001", "testserver:8000", "ws"),  # another port is another origin
        ("http://testserver", "testserver:8000", "ws"),
        ("http://testserver:8000", "testserver", "ws"),
        ("https://testserver", "testserver", "ws"),  # so is another scheme
        ("http://testserver", "testserver", "wss"),
        ("http://localhost:8000", "127.0.0.1:8000", "ws"),
        ("http://evil.example", "testserver", "ws"),
        ("http://testserver.evil.example", "testserver", "ws"),
        ("http://evil.example", "evil.example", "ws"),  # not an allowed host
        ("http://testserver/", "testserver", "ws"),
        ("http://user@testserver", "testserver", "ws"),
        ("null", "testserver", "ws"),
        ("", "testserver", "ws"),
        ("http://[", "testserver", "ws"),
        (None, "testserver", "ws"),
    ],
)
def test_every_other_origin_is_refused(origin: str | None, host: str, scheme: str) -> None:
    assert not is_own_origin(socket(origin, host, scheme=scheme))


def test_two_origins_are_refused() -> None:
    assert not is_own_origin(socket("http://testserver", headers=[(b"origin", b"http://evil.example")]))


def test_behind_a_proxy_the_scheme_is_what_the_proxy_reports(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    forwarded = [(b"x-forwarded-proto", b"https")]
    assert is_own_origin(socket("https://testserver", headers=forwarded))
    assert not is_own_origin(socket("http://testserver", headers=forwarded))


def test_trusted_origins_are_accepted_with_their_port_only(settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://live.example:8443", "https://*.vivavoce.example"]
    assert is_own_origin(socket("https://live.example:8443"))
    assert is_own_origin(socket("https://it.vivavoce.example"))
    assert not is_own_origin(socket("https://live.example"))
    assert not is_own_origin(socket("http://it.vivavoce.example"))
    assert not is_own_origin(socket("https://vivavoce.example.evil.example"))
