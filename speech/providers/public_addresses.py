"""Keeps requests to addresses that users chose out of the installation's own network."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeVar, cast

from speech.errors import SpeechError

Transport = TypeVar("Transport")

# Ranges of IPv6 in which an IPv4 address travels along: NAT64, 6to4, Teredo.
_WRAPPED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, whatever it is written as."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _WRAPPED):
            return False
    return found.is_global and not found.is_multicast


def addresses_of(found: list[Any]) -> list[str]:
    """Return the IP addresses in what `getaddrinfo` answered, those of IPv4 first."""
    found = sorted(found, key=lambda row: row[0] != socket.AF_INET)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def only_public(transport: Transport) -> Transport:
    """Wrap a transport of httpx, or of the client that is shaped like it.

    Each name is resolved once and what was checked is what is connected to, so that a name server that
    answers something else the second time changes nothing.
    """
    return cast("Transport", _PublicOnly(transport))


class _PublicOnly:
    """A transport that refuses every host with an address that is not public."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    async def handle_async_request(self, request: Any) -> Any:
        host, port = request.url.host, request.url.port or 443
        if request.url.scheme != "https":
            raise _refused()
        address = await _public_address(host, port)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def __aenter__(self) -> "_PublicOnly":
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self._transport.__aexit__(*reason)


async def _public_address(host: str, port: int) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise SpeechError("The address of the voice service cannot be found.") from None
    addresses = addresses_of(found)
    if not addresses or not all(map(is_public, addresses)):
        raise _refused()
    return addresses[0]


def _refused() -> SpeechError:
    return SpeechError("The address of the voice service is not a public one.", permanent=True)
