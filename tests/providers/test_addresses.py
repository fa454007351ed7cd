import socket
from typing import Any

import pytest

from providers.addresses import is_public, resolve_public, resolve_public_blocking, split_url
from providers.errors import AddressFault, AddressRefused

NOT_PUBLIC = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "0.0.0.0",  # noqa: S104 - listens to nobody
    "0.1.2.3",
    "192.0.0.9",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "2001::7f00:1",
    "2001:db8::1",
    "3fff::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_what_is_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://8.8.8.8", AddressFault.NOT_HTTPS),
        ("ftp://8.8.8.8", AddressFault.NOT_HTTPS),
        ("//8.8.8.8", AddressFault.NOT_HTTPS),
        ("https://", AddressFault.NOT_HTTPS),
        ("https://user:secret@8.8.8.8", AddressFault.NOT_HTTPS),
        ("https://@8.8.8.8", AddressFault.NOT_HTTPS),
        ("https://8.8.8.8/?x=1", AddressFault.NOT_HTTPS),
        ("https://8.8.8.8/#x", AddressFault.NOT_HTTPS),
        ("https://8.8.8.8:notaport", AddressFault.MALFORMED),
        ("https://[::1", AddressFault.MALFORMED),
        ("https://8.8.8.8:22", AddressFault.PORT),
        ("https://8.8.8.8:0", AddressFault.PORT),
        ("https://8.8.8.8:6379/v1", AddressFault.PORT),
    ],
)
def test_a_url_that_no_workspace_may_choose_is_refused_with_its_reason(url: str, fault: AddressFault) -> None:
    with pytest.raises(AddressRefused) as refusal:
        split_url(url)
    assert refusal.value.fault is fault
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://voices.example", ("voices.example", 443)),
        ("https://voices.example:8443/v1", ("voices.example", 8443)),
        ("https://[2606:2800::1]/v1", ("2606:2800::1", 443)),
    ],
)
def test_an_https_url_is_split_into_host_and_port(url: str, expected: tuple[str, int]) -> None:
    assert split_url(url) == expected


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "::1", "2130706433", "0x7f.1", "017700000001", "127.1", "0"]
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        resolve_public_blocking(host, 443)


async def test_a_name_is_refused_when_one_of_its_addresses_is_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_with(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefused) as refusal:
        await resolve_public("voices.example", 443)
    assert refusal.value.fault is AddressFault.NOT_PUBLIC


async def test_ipv4_comes_first_and_each_address_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "2606:2800::1", "8.8.8.8", "8.8.8.8")
    assert await resolve_public("voices.example", 443) == ["8.8.8.8", "2606:2800::1"]


@pytest.mark.parametrize("error", [socket.gaierror(), UnicodeError()])
async def test_a_name_that_nobody_knows_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(AddressRefused) as refusal:
        await resolve_public("voices.example", 443)
    assert refusal.value.fault is AddressFault.UNKNOWN_HOST


def answer_with(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def answer(host: str, port: int, **options: Any) -> list[Any]:
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in text], 1, 6, "", (text, port)) for text in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
