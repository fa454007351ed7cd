"""Only providers/ opens HTTP clients and Redis connections.

Ruff's TID251 bans most of these names. It cannot tell a constructor from a type, and it is off in folders
that are excepted for another reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, files, shown, tree

CONSTRUCTORS = {
    "redis": {"Redis", "StrictRedis", "ConnectionPool", "BlockingConnectionPool", "from_url"},
    "redis.asyncio": {"Redis", "StrictRedis", "ConnectionPool", "BlockingConnectionPool", "from_url"},
    "httpx": {
        "Client",
        "AsyncClient",
        "HTTPTransport",
        "AsyncHTTPTransport",
        "get",
        "post",
        "request",
        "stream",
    },
    "httpx2": {"Client", "AsyncClient", "HTTPTransport", "AsyncHTTPTransport"},
}


def opened_in(source: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each call that opens a client or a connection."""
    names = dict(_imported(source))
    for node in ast.walk(source):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            first, _, rest = name.partition(".")
            whole = ".".join(filter(None, (names.get(first, first), rest)))
            if _opens(whole) or _opens(whole.removesuffix(".from_url")):
                yield node.lineno, name


def _opens(name: str) -> bool:
    module, _, called = name.rpartition(".")
    return called in CONSTRUCTORS.get(module, ())


def _imported(source: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def test_only_providers_opens_clients_and_connections() -> None:
    inside = Path("providers")
    found = [
        f"{shown(path)}:{line} {name}"
        for path in files(*APPS)
        if inside not in Path(shown(path)).parents
        for line, name in opened_in(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "from redis.asyncio import Redis\nRedis()",
        "from redis.asyncio import Redis as R\nR.from_url('x')",
        "import redis\nredis.Redis.from_url('x')",
        "import redis\nredis.from_url('x')",
        "import redis.asyncio as r\nr.Redis(host='x')",
        "import httpx\nhttpx.AsyncClient()",
        "from httpx import Client\nClient()",
    ],
)
def test_every_way_to_open_one_is_found(source: str) -> None:
    assert list(opened_in(ast.parse(source)))


def test_a_type_is_no_client() -> None:
    assert not list(opened_in(ast.parse("from redis.asyncio import Redis\ndef f(redis: Redis) -> None: ...")))
