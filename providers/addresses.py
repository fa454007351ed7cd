"""Decides which addresses a workspace may have us connect to: public ones, over TLS, on HTTPS ports."""

import asyncio
import socket
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from providers.errors import AddressFault, AddressRefused

HTTPS_PORTS = frozenset({443, 8443})

_MESSAGES = {
    AddressFault.MALFORMED: "The address is malformed.",
    AddressFault.NOT_HTTPS: "The address does not begin with https:// or holds a password or a query.",
    AddressFault.PORT: "The address has a port that is not allowed.",
    AddressFault.UNKNOWN_HOST: "The host of the address cannot be found.",
    AddressFault.NOT_PUBLIC: "The address is not a public one.",
}
# Of IPv6 only what is given out to the internet, so that nothing that wraps or abbreviates an IPv4 address
# passes: ::/96, IPv4-mapped, IPv4-translated and NAT64 addresses are all outside of it.
# https://www.iana.org/assignments/ipv6-address-space
_PUBLIC_IPV6 = ip_network("2000::/3")
# Public by number, but not by use: Teredo and 6to4 carry an IPv4 address inside, ORCHID and the documentation
# ranges lead nowhere. Python 3.11 counts some of them as global.
# https://www.iana.org/assignments/iana-ipv6-special-registry
_REFUSED_IPV6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Protocol assignments, the former 6to4 relays, and the address at which Azure's hosts answer their guests.
# https://www.iana.org/assignments/iana-ipv4-special-registry
_REFUSED_IPV4 = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))

# Threads of its own: a workspace's slow name server delays no other work of the process.
_resolvers = ThreadPoolExecutor(8, thread_name_prefix="resolve")


def is_public(address: str) -> bool:
    """Return whether an IP address, written in any way, is one of the open internet."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:  # also one with a zone, such as fe80::1%eth0: it is bound to a network of ours
        return False
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, IPv6Address):
        return found in _PUBLIC_IPV6 and not any(found in network for network in _REFUSED_IPV6)
    return not any(found in network for network in _REFUSED_IPV4)


def split_url(url: str, *, ports: Collection[int] = HTTPS_PORTS) -> tuple[str, int]:
    """Return the host and the port of an https address; raise `AddressRefused` for any other address.

    It does not resolve the host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", 443 if parts.port is None else parts.port
    except ValueError:
        raise refused(AddressFault.MALFORMED) from None
    if parts.scheme != "https" or not host or parts.username is not None or parts.query or parts.fragment:
        raise refused(AddressFault.NOT_HTTPS)
    if port not in ports:
        raise refused(AddressFault.PORT)
    return host, port


async def resolve_public(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, IPv4 first; raise `AddressRefused` unless all of them are public.

    Connect to one of these, never to the name: a name server may answer something else the next time.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_resolvers, resolve_public_blocking, host, port)


async def resolve_public_or_loopback(host: str, port: int) -> list[str]:
    """Do what `resolve_public` does, and allow this machine's own addresses: for development and tests."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_resolvers, _resolve_blocking, host, port)
    if found and all(ip_address(str(row[4][0])).is_loopback for row in found):
        return list(dict.fromkeys(str(row[4][0]) for row in found))
    return _only_public(found)


def resolve_public_blocking(host: str, port: int) -> list[str]:
    """Do what `resolve_public` does, in a thread that may block."""
    return _only_public(_resolve_blocking(host, port))


def refused(fault: AddressFault) -> AddressRefused:
    """Return the fault in fixed words, without the address: it may hold a password."""
    return AddressRefused(_MESSAGES[fault], fault)


def _resolve_blocking(host: str, port: int) -> Collection[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise refused(AddressFault.UNKNOWN_HOST) from None


def _only_public(found: Collection[Any]) -> list[str]:
    """Return the addresses in an answer of `getaddrinfo`. One that is not public refuses them all."""
    ordered = sorted(found, key=lambda row: row[0] != socket.AF_INET)
    addresses = list(dict.fromkeys(str(row[4][0]) for row in ordered))
    if not addresses:
        raise refused(AddressFault.UNKNOWN_HOST)
    if not all(map(is_public, addresses)):
        raise refused(AddressFault.NOT_PUBLIC)
    return addresses
