"""How this process connects to PostgreSQL outside Django's pool, and for how long it may work there."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

# For what takes its time by design: migrations and background jobs.
LONG_STATEMENTS = {"statement_timeout": "0", "lock_timeout": "0"}


def direct_parameters() -> dict[str, Any]:
    """Return psycopg's parameters for a connection of one's own, in autocommit.

    It is not taken from the pool: its owner holds it for long, or reconnects at its own pace.
    """
    return {**connections[DEFAULT_DB_ALIAS].get_connection_params(), "autocommit": True, "context": None}


def allow_long_statements() -> None:
    """Lift the limits of a statement and of its wait for a lock, in this process; before it connects."""
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    lifted = " ".join(f"-c {name}={value}" for name, value in LONG_STATEMENTS.items())
    options["options"] = f"{options.get('options', '')} {lifted}".strip()
