"""PostgreSQL is stopped for longer than a lease in mid-live: the host talks on, and stays where it is."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
import redis
from django.conf import LazySettings

from chatsources.simulator.room import Room
from livesessions.worker.leases import LEASE
from tests.fakes.postgres import ROOT, OwnPostgres
from tests.livesessions.worker.own_redis import OwnRedis, own_redis
from tests.livesessions.worker.worker_processes import until, workers
from tests.patience import PATIENCE_S, POLL_S

pytestmark = [pytest.mark.processes, pytest.mark.slow]

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
        listen_until_the_lease_is_over(own)
        postgres.start()
        back = datetime.now(UTC)
        until(lambda: postgres.query(SPOKEN, [back]), lambda rows: rows[0][0] > 0)
        [(session_id, started_at, status, owner_now)] = postgres.query(SESSION)
        happened = happened_by(session_id, (back - started_at).total_seconds())
        written = until(
            lambda: [source_id for (source_id,) in postgres.query(EVENTS)],
            lambda rows: happened <= set(rows),  # nothing was lost
        )

    assert (status, owner_now) == ("active", owner), "its own worker went on with it"
    assert len(written) == len(set(written))


def listen_until_the_lease_is_over(own: OwnRedis) -> None:
    """Return when the voice is heard at a time at which an unrenewed lease has run out."""
    over_s = time.monotonic() + LEASE.total_seconds() + 1.0
    with redis.Redis.from_url(own.url) as client, client.pubsub() as channel:
        channel.psubscribe("*overlay*")
        while (now_s := time.monotonic()) < over_s + PATIENCE_S:
            message = channel.get_message(ignore_subscribe_messages=True, timeout=POLL_S)
            if message is not None and len(message["data"]) > VOICE_BYTES and now_s > over_s:
                return
    pytest.fail("The host fell silent while the database was away.")


def happened_by(session_id: UUID, seconds: float) -> set[str]:
    """Return the source ids of what the simulated room has brought forth by then."""
    scenes = Room(language="it", rate_per_minute=RATE_PER_MINUTE, seed=0).scenes()
    soon = takewhile(lambda scene: scene[0] <= seconds, scenes)
    return {f"sim-0-{session_id.hex[:8]}-{number}" for _, number, _ in soon}
