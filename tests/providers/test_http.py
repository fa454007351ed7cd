import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest

from providers import http
from providers.http import (
    AddressForbidden,
    ClientOptions,
    GuardedTransport,
    ResponseTooLarge,
    open_guarded_client,
    open_trusted_client,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nciao"
PUBLIC = "93.184.216.34"
OPTIONS = ClientOptions(timeout_s=2.0)


class RecordedBackend(httpcore.AsyncMockBackend):
    """Answers each connection with the next of `answers`, and records what was connected to."""

    def __init__(self, *answers: bytes, refuses: frozenset[str] = frozenset()) -> None:
        super().__init__([])
        self.hosts: list[str] = []
        self.tls_names: list[str | None] = []
        self._answers = list(answers)
        self._refuses = refuses

    async def connect_tcp(self, host: str, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        self.hosts.append(host)
        if host in self._refuses:
            raise httpcore.ConnectError("refused")
        return RecordedStream([self._answers.pop(0)], self.tls_names)


class RecordedStream(httpcore.AsyncMockStream):
    def __init__(self, buffer: list[bytes], tls_names: list[str | None]) -> None:
        super().__init__(buffer)
        self._tls_names = tls_names

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, *args: Any, **kwargs: Any
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.check_hostname
        self._tls_names.append(server_hostname)
        return self


@pytest.fixture
def open_with(monkeypatch: pytest.MonkeyPatch) -> Callable[..., httpx.AsyncClient]:
    """Open a guarded client over a backend that stands for the network."""

    def open_client(backend: RecordedBackend, options: ClientOptions = OPTIONS) -> httpx.AsyncClient:
        with monkeypatch.context() as patch:
            patch.setattr(http, "GuardedTransport", lambda given: GuardedTransport(given, backend=backend))
            return open_guarded_client(options)

    return open_client


@pytest.fixture
def resolving_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have names resolve to these, one answer after the other; return the names as they are asked for."""

    def resolve_to(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        rest = list(answers)

        def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
            asked.append(host)
            families = {True: socket.AF_INET6, False: socket.AF_INET}
            return [(families[":" in text], 1, 6, "", (text, port)) for text in rest.pop(0)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return resolve_to


async def test_a_client_connects_to_the_address_that_was_checked_and_proves_the_name(
    open_with: Any, resolving_to: Any
) -> None:
    asked = resolving_to([PUBLIC], ["127.0.0.1"])
    backend = RecordedBackend(OK)
    async with open_with(backend) as client:
        response = await client.get("https://voices.example/v1")
    assert response.text == "ciao"
    assert (asked, backend.hosts, backend.tls_names) == (["voices.example"], [PUBLIC], ["voices.example"])


async def test_a_name_that_turns_private_later_is_not_connected_to(open_with: Any, resolving_to: Any) -> None:
    resolving_to([PUBLIC], ["127.0.0.1"])
    backend = RecordedBackend(OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"), OK)
    async with open_with(backend) as client:
        await client.get("https://voices.example/")
        with pytest.raises(AddressForbidden):
            await client.get("https://voices.example/")
    assert backend.hosts == [PUBLIC]


@pytest.mark.parametrize("private", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "::127.0.0.1"])
async def test_one_private_address_of_a_name_refuses_it(
    open_with: Any, resolving_to: Any, private: str
) -> None:
    resolving_to([PUBLIC, private])
    backend = RecordedBackend(OK)
    async with open_with(backend) as client:
        with pytest.raises(AddressForbidden, match="not a public one"):
            await client.get("https://voices.example/")
    assert backend.hosts == []


@pytest.mark.parametrize(
    "url",
    [
        "http://voices.example/",
        "https://voices.example:22/",
        "https://voices.example:6379/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
    ],
)
async def test_a_scheme_port_or_address_that_is_not_allowed_is_refused(
    open_with: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = RecordedBackend(OK)
    async with open_with(backend) as client:
        with pytest.raises(AddressForbidden):
            await client.get(url)
    assert backend.hosts == []


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1/", "http://voices.example/", "https://inside.example/"]
)
async def test_each_hop_of_a_redirect_is_checked(open_with: Any, resolving_to: Any, target: str) -> None:
    resolving_to([PUBLIC], ["127.0.0.1"])
    backend = RecordedBackend(
        f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode(), OK
    )
    async with open_with(backend) as client:
        with pytest.raises(AddressForbidden):
            await client.get("https://voices.example/", follow_redirects=True)
    assert backend.hosts == [PUBLIC]


async def test_a_redirect_is_not_followed_unless_asked_for(open_with: Any, resolving_to: Any) -> None:
    resolving_to([PUBLIC])
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://else.example/\r\nContent-Length: 0\r\n\r\n"
    async with open_with(RecordedBackend(answer)) as client:
        assert (await client.get("https://voices.example/")).status_code == 302


async def test_the_next_address_of_a_name_is_tried_when_one_refuses(
    open_with: Any, resolving_to: Any
) -> None:
    resolving_to(["8.8.8.8", PUBLIC])
    backend = RecordedBackend(OK, refuses=frozenset({"8.8.8.8"}))
    async with open_with(backend) as client:
        await client.get("https://voices.example/")
    assert backend.hosts == ["8.8.8.8", PUBLIC]


async def test_a_connection_fault_is_httpxs_own(open_with: Any, resolving_to: Any) -> None:
    resolving_to([PUBLIC])
    async with open_with(RecordedBackend(refuses=frozenset({PUBLIC}))) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://voices.example/")


async def test_a_name_that_cannot_be_resolved_is_a_fault_that_may_pass(
    open_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    async with open_with(RecordedBackend()) as client:
        with pytest.raises(httpx.ConnectError) as fault:
            await client.get("https://voices.example/")
    assert not isinstance(fault.value, AddressForbidden)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n123456789",
    ],
    ids=["announced", "chunked", "until closed"],
)
async def test_a_response_longer_than_the_bound_is_refused(
    open_with: Any, resolving_to: Any, answer: bytes
) -> None:
    resolving_to([PUBLIC])
    async with open_with(
        RecordedBackend(answer), ClientOptions(timeout_s=2.0, max_response_bytes=8)
    ) as client:
        with pytest.raises(ResponseTooLarge):
            await client.get("https://voices.example/")


async def test_a_compressed_response_is_refused_by_a_guarded_client(
    open_with: Any, resolving_to: Any
) -> None:
    resolving_to([PUBLIC])
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbomb"
    async with open_with(RecordedBackend(answer)) as client:
        assert client.headers["accept-encoding"] == "identity"
        with pytest.raises(httpx.DecodingError):
            await client.get("https://voices.example/")


async def test_a_trusted_client_reaches_private_addresses_within_the_same_bounds(
    unused_tcp_port: int,
) -> None:
    async def answer(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", unused_tcp_port)
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    async with server:
        async with open_trusted_client(OPTIONS) as client:
            assert (await client.get(url)).text == "ciao"
        async with open_trusted_client(ClientOptions(timeout_s=2.0, max_response_bytes=3)) as client:
            with pytest.raises(ResponseTooLarge):
                await client.get(url)
