"""The addresses that the project serves."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

API = "api/v1/"


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the route and the view of every address below `patterns`; of all addresses without them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def api_routes() -> dict[str, Any]:
    """Return the views of the REST API by their routes, which begin after `/api/v1/`."""
    return {
        route.removeprefix(API): view
        for route, view in routes()
        if route.startswith(API) and hasattr(getattr(view, "cls", None), "operations")
    }
