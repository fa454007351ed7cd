"""Opens the TCP or TLS connection to an RTMP server, at addresses that were checked."""

import asyncio
import fcntl
import ipaddress
import os
import socket
import ssl
import struct
import sys
import termios
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from encoder.rtmp.address import PUBLIC_PORTS, StreamAddress
from encoder.rtmp.errors import PublishError, PublishFault, PublishStep
from providers.addresses import resolve_public, resolve_public_or_loopback
from providers.errors import AddressFault, AddressRefused

# Small, so that bytes which nobody takes are soon seen as unsent: the default hides one or two seconds.
SEND_BUFFER_BYTES = 256 * 1024
# How long the kernel waits for an acknowledgement before it ends the connection.
TCP_USER_TIMEOUT_MS = 5000
OPEN_TIMEOUT_S = 10.0

P = TypeVar("P", bound=asyncio.Protocol)
Resolver = Callable[[str, int], Awaitable[list[str]]]
StepReport = Callable[[PublishStep], None]


@dataclass(frozen=True, slots=True)
class DialOptions:
    """How connections are opened. `allows_loopback` also allows this machine, for development and tests."""

    allows_loopback: bool = False
    timeout_s: float = OPEN_TIMEOUT_S
    tls: ssl.SSLContext | None = None

    @property
    def resolver(self) -> Resolver:
        return resolve_public_or_loopback if self.allows_loopback else resolve_public


async def dial(
    address: StreamAddress, make_protocol: Callable[[], P], options: DialOptions, reached: StepReport
) -> P:
    """Return the protocol of an open connection; raise `PublishError` with the step that failed.

    `reached` is called with each step that has succeeded.
    """
    addresses = await _resolve(address, options)
    reached(PublishStep.DNS)
    opened = await _connect_first(addresses, address.port, options.timeout_s)
    reached(PublishStep.TCP)
    try:
        protocol = await _start(opened, address, make_protocol, options)
    except BaseException:
        opened.close()
        raise
    if address.is_secure:
        reached(PublishStep.TLS)
    return protocol


def unsent_in_kernel(transport: asyncio.BaseTransport) -> int:
    """Return how many bytes in the kernel the peer has not acknowledged; 0 where it cannot be asked."""
    opened = transport.get_extra_info("socket")
    if sys.platform != "linux" or opened is None or opened.fileno() < 0:
        return 0
    try:
        answer = fcntl.ioctl(opened.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
    except OSError:
        return 0
    (unsent,) = struct.unpack("=i", answer)
    return int(unsent)


async def _resolve(address: StreamAddress, options: DialOptions) -> list[str]:
    try:
        async with asyncio.timeout(options.timeout_s):
            addresses = await options.resolver(address.host, address.port)
    except TimeoutError:
        raise PublishError(PublishFault.UNKNOWN_HOST, PublishStep.DNS) from None
    except AddressRefused as error:
        is_private = error.fault is AddressFault.NOT_PUBLIC
        fault = PublishFault.NOT_PUBLIC if is_private else PublishFault.UNKNOWN_HOST
        raise PublishError(fault, PublishStep.DNS) from None
    if address.port not in PUBLIC_PORTS and not all(map(_is_loopback, addresses)):
        raise PublishError(PublishFault.PORT_NOT_ALLOWED, PublishStep.ADDRESS)
    return addresses


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


async def _connect_first(addresses: list[str], port: int, timeout_s: float) -> socket.socket:
    """Return a connection to the first address that answers."""
    fault = PublishFault.UNREACHABLE
    try:
        async with asyncio.timeout(timeout_s):
            for address in addresses:
                try:
                    return await _connect(address, port)
                except ConnectionRefusedError:
                    fault = PublishFault.CONNECTION_REFUSED
                except OSError:
                    continue
    except TimeoutError:
        fault = PublishFault.TIMED_OUT
    raise PublishError(fault, PublishStep.TCP)


async def _connect(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if sys.platform == "linux":
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


async def _start(
    opened: socket.socket, address: StreamAddress, make_protocol: Callable[[], P], options: DialOptions
) -> P:
    step = PublishStep.TLS if address.is_secure else PublishStep.TCP
    try:
        _transport, protocol = await asyncio.get_running_loop().create_connection(
            make_protocol,
            sock=opened,
            ssl=(options.tls or _tls()) if address.is_secure else None,
            server_hostname=address.host if address.is_secure else None,
            ssl_handshake_timeout=options.timeout_s if address.is_secure else None,
        )
    except ssl.SSLCertVerificationError:
        raise PublishError(PublishFault.CERTIFICATE, step) from None
    except TimeoutError:
        raise PublishError(PublishFault.TIMED_OUT, step) from None
    except OSError as error:
        # A server that does not speak TLS answers something else, or closes, or falls silent.
        is_silent = isinstance(error, ConnectionAbortedError)
        fault = PublishFault.TIMED_OUT if is_silent else PublishFault.TLS_FAILED
        raise PublishError(fault if address.is_secure else PublishFault.CONNECTION_LOST, step) from None
    return protocol


@cache
def _tls() -> ssl.SSLContext:
    """One for all connections: to load the certificates takes milliseconds."""
    return ssl.create_default_context()


# The handshake of RTMP needs no secret, but random bytes; zero bytes are refused by some servers.
def handshake_bytes() -> bytes:
    """Return C0 and C1: version 3, a zero time, four zero bytes and 1528 random ones."""
    return b"\x03" + bytes(8) + os.urandom(1528)
