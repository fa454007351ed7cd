"""Refuses a selection by a marker that nobody registered: pytest would silently select the wrong tests."""

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


def unknown_markers(expression: str, registered: Iterable[str]) -> set[str]:
    """Return the names in a marker expression that no `name: description` line registers."""
    names = {re.split(r"[:(]", line)[0].strip() for line in registered}
    return set(_WORDS.findall(expression)) - _OPERATORS - names
