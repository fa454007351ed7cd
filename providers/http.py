"""Opens HTTP clients: guarded ones for addresses that a workspace chose, trusted ones for the operator's.

Nobody else opens one: ruff's TID251 holds it. Neither kind follows redirects, since keys travel in headers of
the services' own, which a redirect would carry along. A caller that follows them itself has each hop checked.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import httpcore
import httpx
import httpx2

from providers.addresses import HTTPS_PORTS, refused, resolve_public
from providers.errors import AddressFault, AddressRefused

MAX_RESPONSE_BYTES = 32 * 2**20
HttpClient = httpx.AsyncClient
ResponseHook = Callable[[httpx.Response], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How a client behaves, whatever it connects to.

    `timeout_s` bounds every wait on the network by itself: for a free connection, the connection, and each
    piece sent or received. `max_response_bytes` bounds one response's body. `keepalive_s` is how long an idle
    connection stays open.
    """

    timeout_s: float
    max_connections: int = 100
    max_keepalive_connections: int = 20
    keepalive_s: float = 5.0
    max_response_bytes: int = MAX_RESPONSE_BYTES
    headers: Mapping[str, str] = field(default_factory=dict)
    on_response: tuple[ResponseHook, ...] = ()
    verify: ssl.SSLContext | None = None

    @property
    def limits(self) -> httpx.Limits:
        return httpx.Limits(
            max_connections=self.max_connections,
            max_keepalive_connections=self.max_keepalive_connections,
            keepalive_expiry=self.keepalive_s,
        )


class AddressForbidden(httpx.ConnectError):
    """Raised by a guarded client for an address that is not a public one. It never connected."""


class ResponseTooLarge(httpx.ReadError):
    """Raised for a response that is longer than the client's bound."""


def open_guarded_client(options: ClientOptions) -> HttpClient:
    """Return a client that reaches nothing but public addresses, over TLS and without a proxy.

    Each new connection resolves its host once and goes to an address that was checked, so that a name server
    that answers differently the second time changes nothing. Requests raise `AddressForbidden`.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(options),
        timeout=options.timeout_s,
        trust_env=False,
        follow_redirects=False,
        # A compressed body could become far longer than its bound.
        headers={"accept-encoding": "identity", **options.headers},
        event_hooks={"response": [_refuse_encoded, _bound(options), *options.on_response]},
    )


def open_trusted_client(options: ClientOptions) -> HttpClient:
    """Return a client for an address that the operator configured: it may be private, or behind a proxy."""
    return httpx.AsyncClient(
        timeout=options.timeout_s,
        limits=options.limits,
        verify=options.verify or True,
        follow_redirects=False,
        headers=dict(options.headers),
        event_hooks={"response": [_bound(options), *options.on_response]},
    )


def for_openai(client: HttpClient) -> httpx2.AsyncClient:
    """Return the client under the type that `AsyncOpenAI` declares; it takes httpx's clients too."""
    return cast("httpx2.AsyncClient", client)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to public https addresses only. Redirects pass here again, so each hop is checked."""

    def __init__(
        self, options: ClientOptions, *, backend: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=options.verify or _tls(),
            max_connections=options.max_connections,
            max_keepalive_connections=options.max_keepalive_connections,
            keepalive_expiry=options.keepalive_s,
            network_backend=PublicBackend(backend or httpcore.AnyIOBackend()),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != "https":
            raise AddressForbidden(str(refused(AddressFault.NOT_HTTPS)), request=request)
        if (request.url.port or 443) not in HTTPS_PORTS:
            raise AddressForbidden(str(refused(AddressFault.PORT)), request=request)
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _httpx_errors(request):
            answer = await self._pool.handle_async_request(sent)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer, request),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class PublicBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for the pool, to addresses that it has just checked; TLS still proves the name."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await resolve_public(host, port)
                return await self._connect_first(addresses, port, local_address, socket_options)
        except AddressRefused as error:
            if error.fault is AddressFault.UNKNOWN_HOST:  # name servers fail for a while
                raise httpcore.ConnectError(str(error)) from None
            raise AddressForbidden(str(error)) from None
        except TimeoutError:
            raise httpcore.ConnectTimeout("The connection was not open in time.") from None

    async def _connect_first(
        self, addresses: list[str], port: int, local_address: str | None, socket_options: Iterable[Any] | None
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers."""
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, None, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._backend.connect_tcp(addresses[-1], port, None, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    """A response's body as it arrives, with httpx's errors."""

    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        with _httpx_errors(self._request):
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class _BoundedBody(httpx.AsyncByteStream):
    """A response's body up to a number of bytes."""

    def __init__(self, body: httpx.AsyncByteStream, max_bytes: int) -> None:
        self._body = body
        self._max_bytes = max_bytes

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        received = 0
        async for piece in self._body:
            received += len(piece)
            if received > self._max_bytes:
                raise _too_large()
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()


def _bound(options: ClientOptions) -> ResponseHook:
    async def bound(response: httpx.Response) -> None:
        length = response.headers.get("content-length", "")
        if (
            length.isdecimal()
            and int(length) > options.max_response_bytes
            and response.request.method != "HEAD"
        ):
            raise _too_large()
        if isinstance(response.stream, AsyncIterable):
            response.stream = _BoundedBody(response.stream, options.max_response_bytes)

    return bound


async def _refuse_encoded(response: httpx.Response) -> None:
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise httpx.DecodingError("The server compressed a response that was asked for as it is.")


def _too_large() -> ResponseTooLarge:
    return ResponseTooLarge("The response is too large.")


@contextmanager
def _httpx_errors(request: httpx.Request) -> Iterator[None]:
    """Turn httpcore's errors into the errors of httpx with the same names."""
    try:
        yield
    except httpx.HTTPError:
        raise
    except (ssl.SSLError, OSError) as error:  # httpcore lets some through
        raise httpx.ReadError("The connection broke.", request=request) from error
    except Exception as error:
        for kind in type(error).__mro__:
            known = getattr(httpx, kind.__name__, None)
            if kind.__module__.startswith("httpcore") and known is not None:
                raise known(str(error), request=request) from error
        raise


@cache
def _tls() -> ssl.SSLContext:
    """One for all guarded clients: to load the certificates takes milliseconds."""
    return httpx.create_ssl_context(trust_env=False)
