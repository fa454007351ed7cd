"""Commands over the socket while the database is away: the last one is stored, and a stop always."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from livesessions.console import emergency
from livesessions.console.emergency import KILL, MUTE, STOP, UNMUTE, EmergencyCommand, RowWriter, _Change
from livesessions.models.sessions import LiveSession
from tenants.acting import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[EmergencyCommand]:
    """The commands that the database has taken; it refuses the first."""
    taken: list[EmergencyCommand] = []
    refusals = iter([OperationalError("the server is away")])

    def apply(session: Any, change: _Change) -> None:
        for error in refusals:
            raise error
        taken.append(change.wanted)

    monkeypatch.setattr(emergency, "_apply", apply)
    monkeypatch.setattr(emergency, "RETRY_S", 0.01)
    return taken


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ((MUTE,), MUTE),
        ((MUTE, UNMUTE), UNMUTE),
        ((UNMUTE, MUTE), MUTE),
        ((STOP, UNMUTE), STOP),
        ((MUTE, STOP), STOP),
        ((STOP, KILL), KILL),
        ((KILL, STOP), KILL),
    ],
)
async def test_of_several_commands_that_wait_for_the_database_the_last_is_stored(
    session: LiveSession,
    stored: list[EmergencyCommand],
    given: tuple[EmergencyCommand, ...],
    kept: EmergencyCommand,
) -> None:
    writer = RowWriter()
    tasks = {writer.store(session, _Change(wanted, SYSTEM)) for wanted in given}
    assert len(tasks) == 1, "one writer for each session"
    await asyncio.gather(*tasks)
    assert stored == [kept]
    await writer.store(session, _Change(UNMUTE, SYSTEM))
    assert stored == [kept, UNMUTE], "afterwards it takes new commands"
