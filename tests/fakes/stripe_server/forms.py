"""Reads the form encoding of Stripe's API: `items[0][price]=x` becomes nested dicts and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.stripe_server.world import Obj

_PART = re.compile(r"\[([^\]]*)\]")


def read_form(body: str) -> Obj:
    """Return the parameters of a query or a form; keys of digits become lists."""
    nested: Obj = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, _, _ = name.partition("[")
        _put(nested, [head, *_PART.findall(name)], value)
    return {name: _as_lists(value) for name, value in nested.items()}


def _put(into: Obj, path: list[str], value: str) -> None:
    for part in path[:-1]:
        into = into.setdefault(part, {})
    last = path[-1]
    into[last or str(len(into))] = value


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    read = {name: _as_lists(each) for name, each in value.items()}
    if read and all(name.isdigit() for name in read):
        return [read[name] for name in sorted(read, key=int)]
    return read


def is_true(value: object) -> bool:
    return str(value).lower() == "true"
