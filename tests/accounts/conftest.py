import pytest


@pytest.fixture(autouse=True)
def _no_tries_counted_yet(redis_client: object) -> None:
    """The limits on sign-ups and log-ins live in Redis, and all tests come from one address."""
