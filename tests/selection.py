"""Selects and orders the tests.

A selection by a marker that nobody registered is refused: pytest would silently select the wrong tests. Files
with slow tests come first, so that no worker is left with one of them at the end.
"""

import gc
import os
import re
from collections.abc import Iterable

import pytest

_WORDS = re.compile(r"[A-Za-z_]\w*")
_OPERATORS = {"and", "or", "not", "True", "False"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stripe-test-mode",
        action="store_true",
        help="ask Stripe itself in test_contract.py of the subscriptions; needs STRIPE_TEST_SECRET_KEY",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Compare the names in `-m` with the registered markers; refuse to ask Stripe without a key."""
    if config.option.stripe_test_mode and not os.environ.get("STRIPE_TEST_SECRET_KEY", "").startswith(
        "sk_test_"
    ):
        raise pytest.UsageError(
            "--stripe-test-mode needs a secret key of a test mode in STRIPE_TEST_SECRET_KEY"
        )
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
