"""Defines what this process measures about itself, in Prometheus' format.

docs/slo.md names the figure of each objective. Labels hold fixed words: never an id, an address or a name.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

__all__ = ["CONTENT_TYPE_LATEST", "metrics_text"]

disable_created_metrics()  # type: ignore[no-untyped-call]

# The limits of the objectives (0.3, 1.2 and 12 seconds) are limits of buckets: they are counted exactly.
REPLY_BUCKETS_S: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0, 10.0)
REQUEST_BUCKETS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TAKEOVER_BUCKETS_S: Final = (1.0, 2.0, 5.0, 10.0, 12.0, 15.0, 30.0, 60.0, 300.0)

HTTP_REQUESTS = Counter(
    "vivavoce_http_requests",
    "Answered requests, by part of the site and status.",
    ["part", "status"],
)
HTTP_SECONDS = Histogram(
    "vivavoce_http_request_seconds",
    "Time to answer a request, by part of the site.",
    ["part"],
    buckets=REQUEST_BUCKETS_S,
)
REPLIES = Counter("vivavoce_replies", "Replies that have ended, by outcome.", ["outcome"])
REPLY_SECONDS = Histogram(
    "vivavoce_reply_seconds",
    "Time from the choice of a message to the first audio of its reply: until its first sentence is written "
    "(model), from there to its first audio (voice), and both together (total).",
    ["stage"],
    buckets=REPLY_BUCKETS_S,
)
TAKEOVER_SECONDS = Histogram(
    "vivavoce_takeover_seconds",
    "Time from a lost worker's last renewal to the claim of its live by another one.",
    buckets=TAKEOVER_BUCKETS_S,
)
LIVES = Gauge("vivavoce_worker_lives", "Lives that this worker runs.")
FREE_PLACES = Gauge("vivavoce_worker_free_places", "Further lives that this worker may run now.")
USED_SHARE = Gauge("vivavoce_worker_used_share", "Share of this worker's places that are taken, 0 to 1.")
LOOP_STALLS = Gauge("vivavoce_worker_loop_stalls", "Blocks of the event loop of two seconds or longer.")
LOOP_BEAT_AGE = Gauge("vivavoce_worker_loop_beat_age_seconds", "Time since the event loop last ran.")
CIRCUITS_OPEN = Gauge("vivavoce_worker_circuits_open", "Outside services whose circuit breaker is open.")


def metrics_text() -> bytes:
    """Return all figures of this process in the text format of Prometheus."""
    return generate_latest(REGISTRY)


def stages_of(
    waited_ms: int | None, first_sentence_ms: int | None, first_audio_ms: int | None
) -> Iterator[tuple[str, float]]:
    """Yield each stage of a reply with its seconds; nothing for a reply without audio.

    All arguments are milliseconds since the arrival of the message. The time in the queue is not counted: the
    director waits on purpose for a better message.
    """
    if waited_ms is None or first_audio_ms is None:
        return
    sentence_ms = waited_ms if first_sentence_ms is None else first_sentence_ms
    yield "model", max(0, sentence_ms - waited_ms) / 1000
    yield "voice", max(0, first_audio_ms - sentence_ms) / 1000
    yield "total", max(0, first_audio_ms - waited_ms) / 1000
