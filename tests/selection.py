"""Selects and orders the tests.

A selection by a marker that nobody registered is refused: pytest would silently select the wrong tests. Files
with slow tests come first, so that no worker is left with one of them at the end.
"""

import gc
import re
from collections.abc import Iterable

import pytest

_WORDS = re.compile(r"[A-Za-z_]\w*")
_OPERATORS = {"and", "or", "not", "True", "False"}


def pytest_configure(config: pytest.Config) -> None:
    """Compare the names in `-m` with the registered markers."""
    expression: str = config.option.markexpr
    if unknown := unknown_markers(expression, config.getini("markers")):
        names = ", ".join(sorted(unknown))
        raise pytest.UsageError(f"-m {expression!r}: pyproject.toml registers no marker {names}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the files with slow tests to the front; the order within a file stays."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Exempt the tests and all modules from garbage collection: each full collection would take a second."""
    gc.freeze()


def unknown_markers(expression: str, registered: Iterable[str]) -> set[str]:
    """Return the names in a marker expression that no `name: description` line registers."""
    names = {re.split(r"[:(]", line)[0].strip() for line in registered}
    return set(_WORDS.findall(expression)) - _OPERATORS - names
