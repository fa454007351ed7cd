"""PostgreSQL is stopped for longer than a lease in mid-live: the host talks on, and stays where it is."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from django.conf import LazySettings

from chatsources.simulator.room import Room
from tests.fakes.postgres import ROOT, OwnPostgres
from tests.livesessions.own_redis import OwnRedis, own_redis
from tests.livesessions.worker_processes import until, workers

pytestmark = pytest.mark.processes

AWAY_S = 20.0
RATE_PER_MINUTE = 60.0
VOICE_BYTES = 2_000  # a message of this size is a stretch of the voice
SESSION = "SELECT id, started_at, status, lease_owner FROM livesessions_livesession"
EVENTS = "SELECT source_id FROM livesessions_chatevent WHERE source_id LIKE 'sim-%'"
SPOKEN = "SELECT count(*) FROM livesessions_reply WHERE first_audio_ms IS NOT NULL AND created_at > %s"


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="vivavoce-away-") as folder:
        server = OwnPostgres(Path(folder) / "postgres")
        yield server
        server.close()


@pytest.fixture
def own(settings: LazySettings) -> Iterator[OwnRedis]:
    with own_redis(settings) as server:
        yield server


@pytest.fixture
def environment(postgres: OwnPostgres, own: OwnRedis) -> dict[str, str]:
    """The environment of processes that use both servers, with the demo live started."""
    host = quote(postgres.parameters["host"], safe="")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "TEST_DATABASE_URL": f"postgres://postgres@{host}/postgres",
        "TEST_REDIS_URL": own.url,
    }
    demo = [sys.executable, "manage.py", "seed_demo", "--rate", str(RATE_PER_MINUTE)]
    subprocess.run(demo, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def test_the_host_talks_on_and_everything_is_written_down_when_the_database_is_back(
    postgres: OwnPostgres, own: OwnRedis, environment: dict[str, str], tmp_path: Path
) -> None:
    with workers(environment, tmp_path) as start_worker:
        start_worker(capacity=5)
        start_worker(capacity=5)
        began = datetime.now(UTC)
        until(lambda: postgres.query(SPOKEN, [began]), lambda rows: rows[0][0] > 0)
        [(_, _, _, owner)] = postgres.query(SESSION)
        postgres.stop("immediate")
        quiet_s = voice_during(own, AWAY_S)
        postgres.start()
        back, back_s = datetime.now(UTC), time.monotonic()
        until(lambda: postgres.query(SPOKEN, [back]), lambda rows: rows[0][0] > 0)
        written_after_s = time.monotonic() - back_s
        [(session_id, started_at, status, owner_now)] = postgres.query(SESSION)
        written = [source_id for (source_id,) in postgres.query(EVENTS)]

    print(f"last heard {quiet_s:.1f} s before the database was back, written {written_after_s:.1f} s after")
    assert quiet_s < 10.0, "the host talked all the time"
    assert (status, owner_now) == ("active", owner), "its own worker went on with it"
    assert len(written) == len(set(written))
    seconds = (back - started_at).total_seconds()
    prefix = f"sim-0-{session_id.hex[:8]}"
    scenes = Room(language="it", rate_per_minute=RATE_PER_MINUTE, seed=0).scenes()
    happened = {f"{prefix}-{number}" for _, number in happened_by(scenes, seconds)}
    assert happened - set(written) == set(), "nothing was lost"


def voice_during(own: OwnRedis, seconds: float) -> float:
    """Listen for as long; return how many seconds before the end the voice was last heard."""
    deadline_s, heard_s = time.monotonic() + seconds, 0.0
    with redis.Redis.from_url(own.url) as client, client.pubsub() as channel:
        channel.psubscribe("*overlay*")
        while (left_s := deadline_s - time.monotonic()) > 0:
            message = channel.get_message(ignore_subscribe_messages=True, timeout=left_s)
            if message is not None and len(message["data"]) > VOICE_BYTES:
                heard_s = time.monotonic()
    return deadline_s - heard_s


def happened_by(scenes: Any, seconds: float) -> Iterator[tuple[float, int]]:
    for at_s, number, _ in scenes:
        if at_s > seconds:
            return
        yield at_s, number
