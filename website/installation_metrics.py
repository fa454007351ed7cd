"""Reads the whole installation's figures for Prometheus: queues, workers, and how quick kills were."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from redis.exceptions import RedisError

from livesessions.worker.registry import read_capacities

KILL_LIMITS_S: Final = (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# The first overlay page that fell silent after each press. Reads across tenants and counts only.
KILL_SECONDS: Final = """
    SELECT extract(epoch FROM greatest(min(part.at) - kill.pressed_at, interval '0'))::float8
    FROM livesessions_kill kill
    JOIN livesessions_stopacknowledgement part ON part.session_id = kill.session_id AND part.part = 'overlay'
    GROUP BY kill.id, kill.pressed_at
"""


class InstallationCollector:
    """Collects the figures each time somebody asks. A server that is away leaves its figures out."""

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering the collector reads nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _queues_and_workers()
        yield from _kills()


def _queues_and_workers() -> Iterator[Metric]:
    queued = GaugeMetricFamily("vivavoce_queue_jobs", "Jobs that wait in a queue.", labels=["queue"])
    try:
        for name, queue in settings.QUEUES.items():
            queued.add_metric([name], queue.pending_count())
        capacities = read_capacities().values()
    except (RedisError, OSError):
        return
    yield queued
    yield GaugeMetricFamily("vivavoce_workers", "Workers that sent a heartbeat.", value=len(capacities))
    yield GaugeMetricFamily(
        "vivavoce_lives", "Lives on all workers.", value=sum(each.running for each in capacities)
    )
    free = sum(max(0, each.capacity - each.running) for each in capacities)
    yield GaugeMetricFamily("vivavoce_free_places", "Further lives that all workers may run.", value=free)


def _kills() -> Iterator[Metric]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(KILL_SECONDS)
            seconds = [row[0] for row in cursor.fetchall()]
    except (DatabaseError, InterfaceError):
        return
    counts = [(str(limit), sum(each <= limit for each in seconds)) for limit in KILL_LIMITS_S]
    yield HistogramMetricFamily(
        "vivavoce_kill_silent_seconds",
        "Time from a press of the kill switch until an overlay page was silent.",
        buckets=[*counts, ("+Inf", len(seconds))],
        sum_value=sum(seconds),
    )
