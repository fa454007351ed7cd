"""The kill switch while the live's worker is frozen and Redis is away: silent, ended, and obeyed later."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django_scopes import scopes_disabled

from livesessions.kill.acknowledgements import PartState, progress_of
from livesessions.kill.parts import PartName
from livesessions.kill.services import kill_session
from livesessions.models.kills import Kill
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant
from tests.livesessions.worker.own_redis import own_redis
from tests.livesessions.worker.worker_processes import (
    WorkerProcess,
    go_on_air,
    speaking_since,
    until,
    workers,
)
from tests.overlay.conftest import Socket, open_socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


async def test_the_overlay_falls_silent_the_live_ends_and_the_worker_obeys_when_it_wakes(
    tenant: Tenant, server_environment: dict[str, str], tmp_path: Path, settings: Any, redis_client: Any
) -> None:
    with workers(server_environment, tmp_path) as start_worker:
        worker = await sync_to_async(start_worker)(capacity=1)
        session = await sync_to_async(speaking_live)(tenant)
        worker.freeze()
        with own_redis(settings) as server:
            async with open_socket(session.show.overlay.token) as page:
                await page.receive()
                server.kill()
                await sync_to_async(kill)(session)
                assert await next_of(page, "cut") == {"type": "cut", "utterance": None}
                assert await next_of(page, "live") == {"type": "live", "live": False}
        assert await sync_to_async(state_of_worker)(session) is PartState.WAITING
        obeyed_at = await sync_to_async(wake_up)(worker, session)
    await sync_to_async(require_ended_and_silent)(session, obeyed_at)


def speaking_live(tenant: Tenant) -> LiveSession:
    """Return a live whose host is heard."""
    began = timezone.now()
    go_on_air(tenant, lives=1, rate_per_minute=200)
    until(lambda: speaking_since(began))
    with scopes_disabled():
        return LiveSession.objects.select_related("show__overlay").get()


def kill(session: LiveSession) -> None:
    with scopes_disabled():
        ended = kill_session(session=session, way=Kill.Way.CONSOLE)
    assert (ended.status, ended.end_reason) == ("ended", "killed")


def state_of_worker(session: LiveSession) -> PartState:
    with scopes_disabled():
        progress = progress_of(session)
    assert progress is not None
    return next(part.state for part in progress.parts if part.name == PartName.WORKER)


def wake_up(worker: WorkerProcess, session: LiveSession) -> datetime:
    """Return when the worker has acknowledged the kill; until its next renewal it does not know of it."""
    worker.thaw()
    until(lambda: state_of_worker(session), lambda state: state is PartState.DONE)
    obeyed_at = timezone.now()
    worker.stop()
    return obeyed_at


def require_ended_and_silent(session: LiveSession, since: datetime) -> None:
    with scopes_disabled():
        session.refresh_from_db()
        said = Reply.objects.filter(session=session, created_at__gt=since, first_audio_ms__isnull=False)
        assert not said.exists()
    assert (session.status, session.end_reason) == ("ended", "killed")


async def next_of(page: Socket, kind: str) -> Any:
    while isinstance(message := await page.receive(), bytes) or message["type"] != kind:
        pass
    return message
