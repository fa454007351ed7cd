"""Empties the database after a test that has committed its rows."""

from django.db import connection, transaction

# Migrations fill them, and no test writes to them.
KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def erase_rows() -> None:
    """Delete the rows of all tables that have any, once nobody writes any more.

    Django's own flush truncates the empty tables too and then writes every permission anew: half a second a
    test. The user must be a superuser, for whom PostgreSQL skips foreign keys and triggers.
    """
    quote = connection.ops.quote_name
    tables = [quote(table) for table in connection.introspection.django_table_names(only_existing=True)]
    tables = [table for table in tables if table.strip('"') not in KEPT]
    has_rows = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"  # noqa: S608 - names of our own tables
        for table in tables
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(has_rows)
        filled = [table for (table,) in cursor.fetchall()]
        # Without foreign keys, in any order; and without the audit log's trigger, which refuses to delete.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
