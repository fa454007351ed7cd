"""Locks rows, so that two requests at the same instant do not contradict each other."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


def lock_row(rows: "QuerySet[Row]", key: Any) -> Row:
    """Return a row, locked until the transaction ends. Raise `Http404` when somebody has just deleted it."""
    row = rows.select_for_update(of=("self",)).filter(pk=key).first()
    if row is None:
        raise Http404("This was deleted in the same instant.")
    return row


def lock_as_used(rows: "QuerySet[Any]", key: Any) -> bool:
    """Keep a row from being deleted until the transaction ends; return whether it is still there."""
    return rows.select_for_update(of=("self",), no_key=True).filter(pk=key).first() is not None
