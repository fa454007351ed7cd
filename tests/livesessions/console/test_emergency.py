"""Commands over the socket while the database is away: the last one is stored, and a stop always."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from livesessions.console import emergency
from livesessions.console.emergency import RowWriter, _Change
from livesessions.models.sessions import LiveSession
from overlay.orders.order import OrderKind
from tenants.acting import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[OrderKind]:
    """The commands that the database has taken; it refuses the first."""
    taken: list[OrderKind] = []
    refusals = iter([OperationalError("the server is away")])

    def apply(session: Any, change: _Change) -> None:
        for error in refusals:
            raise error
        taken.append(change.kind)

    monkeypatch.setattr(emergency, "_apply", apply)
    monkeypatch.setattr(emergency, "RETRY_S", 0.01)
    return taken


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((OrderKind.MUTE,), OrderKind.MUTE),
        ((OrderKind.MUTE, OrderKind.UNMUTE), OrderKind.UNMUTE),
        ((OrderKind.UNMUTE, OrderKind.MUTE), OrderKind.MUTE),
        ((OrderKind.END, OrderKind.UNMUTE), OrderKind.END),
        ((OrderKind.MUTE, OrderKind.END), OrderKind.END),
    ],
)
async def test_of_several_commands_that_wait_for_the_database_the_last_is_stored(
    session: LiveSession, stored: list[OrderKind], given: tuple[OrderKind, ...], kept: OrderKind
) -> None:
    writer = RowWriter()
    tasks = {writer.store(session, _Change(kind, SYSTEM)) for kind in given}
    assert len(tasks) == 1, "one writer for each session"
    await asyncio.gather(*tasks)
    assert stored == [kept]
    await writer.store(session, _Change(OrderKind.UNMUTE, SYSTEM))
    assert stored == [kept, OrderKind.UNMUTE], "afterwards it takes new commands"
