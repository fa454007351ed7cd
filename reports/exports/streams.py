"""Writes a table as CSV or JSON while it is read, in batches, so that it is never in memory as a whole."""

import csv
import json
from collections.abc import AsyncGenerator, Iterable
from io import StringIO
from typing import Any

from asgiref.sync import sync_to_async
from django.utils.translation import override
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from reports.exports.tables import Row, Table, titles
from tenants.text import escape_formula

BYTE_ORDER_MARK = "\ufeff"  # with it, spreadsheets read the file as UTF-8


async def stream_csv(table: Table, session: LiveSession, language: str) -> AsyncGenerator[str, None]:
    """Yield a table as CSV with translated titles; a spreadsheet runs no cell as a formula."""
    with override(language):
        heads = titles(table)
    yield BYTE_ORDER_MARK + _csv([heads])
    async for rows in _batches(table, session, language):
        yield _csv([_cell(row[name]) for name in table.columns] for row in rows)


async def stream_json(table: Table, session: LiveSession, language: str) -> AsyncGenerator[str, None]:
    """Yield a table as a JSON array, with a line for each row."""
    yield "["
    separator = "\n"
    async for rows in _batches(table, session, language):
        yield separator + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        separator = ",\n"
    yield "\n]\n"


async def _batches(table: Table, session: LiveSession, language: str) -> AsyncGenerator[list[Row], None]:
    def read(last: Any) -> tuple[list[Row], Any]:
        with scope(tenant=session.tenant), override(language):
            return table.read(session, last)

    rows, last = await sync_to_async(read)(None)
    while rows:
        yield rows
        rows, last = await sync_to_async(read)(last)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    page = StringIO()
    csv.writer(page).writerows([escape_formula(cell) for cell in row] for row in rows)
    return page.getvalue()
