"""Runs the ingest bench for real, only shorter."""

import json

import pytest
from django_scopes import scopes_disabled

from bench import ingest
from bench.stopwatch import Memory
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from tenants.models import Tenant, User

pytestmark = pytest.mark.processes


@pytest.mark.django_db(transaction=True)
def test_the_bench_counts_every_message_from_the_socket_to_the_database(
    redis_client: object, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest.main(["--events", "1500", "--lives", "2"])

    *stages, last = capsys.readouterr().out.splitlines()
    report = json.loads(last)
    figures = report["figures"]
    assert (figures["messages"], figures["lives"]) == (1_500, 2)
    assert figures["rows"] == figures["rows_expected"] > 1_000
    assert figures["not_written"] == 0
    assert figures["messages_per_s"] > 0
    assert set(report["targets"]) == {
        "messages_per_s",
        "behind_at_most_ms",
        "rss_growth_mb",
        "rows_missing",
    }
    assert isinstance(report["met"], bool)
    assert len(stages) == len(figures["us_per_message"])


@pytest.mark.django_db(transaction=True)
def test_the_bench_leaves_nothing_behind(redis_client: object) -> None:
    ingest.main(["--events", "100", "--lives", "1"])

    with scopes_disabled():
        assert [model.objects.count() for model in (ChatEvent, LiveSession, Tenant, User)] == [0, 0, 0, 0]


def test_memory_is_told_by_how_much_had_been_received() -> None:
    memory = Memory([(0, 10.0), (40, 20.0), (60, 30.0), (100, 40.0)])

    assert [memory.at(share) for share in (0.0, 0.5, 1.0)] == [10.0, 30.0, 40.0]
    assert [memory.most_between(*shares) for shares in ((0.0, 0.5), (0.5, 1.0))] == [20.0, 40.0]
    assert Memory([(0, 10.0), (100, 40.0)]).most_between(0.5, 0.75) == 40.0
