"""How this process connects to PostgreSQL outside Django's pool."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

CONNECT_TIMEOUT_S = 3
UNANSWERED_MS = 10_000


def direct_parameters() -> dict[str, Any]:
    """Return psycopg's parameters for a connection of one's own, in autocommit.

    It is not taken from the pool: its owner holds it for long, or reconnects at its own pace.
    """
    return {
        **connections[DEFAULT_DB_ALIAS].get_connection_params(),
        "autocommit": True,
        "context": None,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": UNANSWERED_MS,
    }
