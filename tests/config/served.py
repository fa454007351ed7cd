"""What this project serves: every route by its path, whatever its names, and the shape of an answer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

from channels.routing import URLRouter
from django.urls import URLPattern, URLResolver, get_resolver

from config.asgi import websockets

API = "/api/v1/"
PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
PARAMETER_KIND = re.compile(r"<\w+>")
NAMED_GROUP = re.compile(r"\?P<\w+>")
# One pattern of the staff site lists the apps in the order in which they register.
ADMIN_APPS = re.compile(r"\^\(\w+(\|\w+)+\)")


def pages() -> set[str]:
    """Return the path of every page: `/shows/<uuid>/`, each parameter by its kind alone."""
    return {path for path, view in served_views() if not path.startswith(API) or not hasattr(view, "cls")}


def api() -> set[tuple[str, str]]:
    """Return the methods and paths of the REST API, without the one that answers for all other paths."""
    return {
        (method.upper(), path)
        for path, view in served_views()
        if path.startswith(API) and hasattr(getattr(view, "cls", None), "operations")
        for method in view.cls.http_method_names
        if method != "options"
    }


def sockets() -> set[str]:
    return {_shown(f"/{pattern}") for pattern in _socket_patterns(websockets)}


def address(path: str, values: Mapping[str, str]) -> str:
    """Return the path with values, each found by the word before it, such as `shows`, or by its kind."""

    def value(match: re.Match[str]) -> str:
        word = path[: match.start()].strip("/").rpartition("/")[2]
        return values[word if word in values and "<" not in word else match[0]]

    return PARAMETER_KIND.sub(value, path)


def shape_of(value: Any) -> Any:
    """Return what kind of JSON a value is: objects by key, lists by what all their elements are together."""
    match value:
        case dict():
            return {key: shape_of(inner) for key, inner in value.items()}
        case list():
            return [reduce(_merged, map(shape_of, value))] if value else []
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case _:
            return "string"


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            key: _merged(one.get(key, "null"), other.get(key, "null")) for key in one.keys() | other.keys()
        }
    return other if one in ("null", []) else one


def losses(recorded: Any, found: Any, where: str = "it") -> list[str]:
    """Return what a shape has lost or changed; what it has gained is none of it."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        return [
            loss
            for key, inner in recorded.items()
            for loss in (
                losses(inner, found[key], f"{where}.{key}") if key in found else [f"{where}.{key} is gone"]
            )
        ]
    if isinstance(recorded, list) and isinstance(found, list) and recorded and found:
        return losses(recorded[0], found[0], f"{where}[]")
    return [] if recorded == found else [f"{where} was {recorded}, is {found}"]


def served_views() -> Iterator[tuple[str, Any]]:
    """Yield the path and the view of every route."""
    for path, view in _walk(get_resolver().url_patterns, "/"):
        yield _shown(path), view


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def _socket_patterns(router: URLRouter, before: str = "") -> Iterator[str]:
    for route in router.routes:
        path = f"{before}{route.pattern}"
        if isinstance(route.callback, URLRouter):
            yield from _socket_patterns(route.callback, path)
        else:
            yield path


def _shown(path: str) -> str:
    by_kind = PARAMETER.sub(lambda match: f"<{match[1] or 'str'}>", path)
    return ADMIN_APPS.sub("^(app)", NAMED_GROUP.sub("", by_kind))
