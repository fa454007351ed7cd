"""What an overlay's page reports of an utterance, on its way to the worker of the live."""

from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries
from redis import Redis

from livesessions.models.sessions import LiveSession
from livesessions.worker.commands import ReportPlayback, decode_command, playback_channel
from overlay.signals import utterance_acknowledged
from tests.patience import PATIENCE_S

REPORTS = 20


@pytest.fixture
def overlay_id(session: LiveSession) -> object:
    with scope(tenant=session.tenant):
        return session.show.overlay_id


def test_a_report_reaches_the_channel_of_its_overlay(overlay_id: object, redis_client: Redis) -> None:
    utterance_id = uuid4()
    with redis_client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
        channel.subscribe(playback_channel(str(overlay_id)))
        channel.get_message(ignore_subscribe_messages=False, timeout=PATIENCE_S)
        async_to_sync(_report)(overlay_id, utterance_id, "started")
        async_to_sync(_report)(overlay_id, utterance_id, "ended")
        sent = [decode_command(channel.get_message(timeout=PATIENCE_S)["data"]) for _ in range(2)]
    assert sent == [
        ReportPlayback(utterance_id, ended=False, level_db=-18.5, underruns=0),
        ReportPlayback(utterance_id, ended=True, level_db=-18.5, underruns=0),
    ]


def test_reports_ask_no_database_and_share_a_connection(
    overlay_id: object, redis_client: Redis, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    async def report_often() -> int:
        await _report(overlay_id, uuid4(), "started")
        before = _connections_made(redis_client)
        for _ in range(REPORTS):
            await _report(overlay_id, uuid4(), "ended")
        return _connections_made(redis_client) - before

    with django_assert_num_queries(0):
        assert async_to_sync(report_often)() == 0


def _connections_made(redis_client: Redis) -> int:
    return int(redis_client.info("stats")["total_connections_received"])


async def _report(overlay_id: object, utterance_id: object, phase: str) -> None:
    answers = await utterance_acknowledged.asend(
        sender=None,
        overlay_id=overlay_id,
        utterance_id=utterance_id,
        phase=phase,
        played_ms=1_200,
        level_db=-18.5,
        underruns=0,
        underrun_ms=0,
        context="running",
    )
    assert answers
