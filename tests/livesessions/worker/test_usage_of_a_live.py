"""A live that ran on a worker is in the usage ledger with its seconds on air."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.ledger import on_air
from billing.models.ledger import UsageEntry, UsageLive
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import start_session, stop_session
from livesessions.worker.worker import in_thread
from tests.livesessions.conftest import eventually, running_worker

pytestmark = pytest.mark.django_db(transaction=True)


def quantities_of(session: LiveSession) -> Callable[[], list[int]]:
    return lambda: list(
        UsageEntry.objects.filter(live_id=session.id, kind="live_seconds").values_list("quantity", flat=True)
    )


async def test_the_seconds_on_air_are_written(session: LiveSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_air, "TICK_S", 0.05)
    async with running_worker():
        await in_thread(start_session, session=session)
        seconds: Any = await eventually(quantities_of(session), lambda found: sum(found) >= 1)
        await in_thread(stop_session, session=session)
    assert all(0 < each <= on_air.SLOT_S for each in seconds)
    written = await in_thread(lambda: UsageLive.objects.get(live_id=session.id, kind="live_seconds").quantity)
    assert written == sum(await in_thread(quantities_of(session)))
