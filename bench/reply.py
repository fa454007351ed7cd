"""Measures a comment's way from the source to the first audio frame on the overlay's socket."""

import json
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django_scopes import scope, scopes_disabled
from websockets.sync.client import ClientConnection, connect

from bench.environment import (
    START_TIMEOUT_S,
    free_port,
    running_process,
    running_server,
    temporary_tenant,
)
from bench.report import BenchError, Target, reported
from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.services.sessions import create_session, skip_reply, start_session, stop_session
from livesessions.shows.services.shows import create_show
from overlay.connection.wire import unpack_audio
from tenants.models import Tenant

TARGETS = (Target("p95_ms", at_most=25.0, scaled=True),)
LINE_EVERY_S = 0.6
WARM_UP = 5
# One of each kind, for the host has only so many lines of a kind and says none of them twice.
LINES = (
    "ciao a tutti!",
    "come stai?",
    "sei bravissimo",
    "da dove vieni?",
    "quanto costa?",
    "grazie mille",
    "che canzone è?",
    "mi annoio",
    "saluti da Napoli",
    "ahahah",
    "ti amo",
    "raccontami una barzelletta",
    "come ti chiami?",
    "a che ora inizia la prossima live?",
    "mi saluti?",
    "sono nuovo qui",
    "ho una fame",
    "che tempo fa da voi?",
    "sì esatto",
    "ma no dai",
    "perché il cielo è blu?",
    "posso farti una domanda?",
    "ho un gatto",
    "domani ho un esame",
)


@dataclass
class Sample:
    """When the first audio frame of each utterance arrived at the overlay's socket, in wall-clock seconds."""

    first_frames: dict[UUID, float] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.reply", description=__doc__)
    parser.add_argument("--comments", type=int, default=100)
    comments = parser.parse_args(arguments).comments
    with reported(TARGETS) as figures:
        figures |= _figures(measure(comments)[WARM_UP:])


def measure(comments: int) -> list[float]:
    """Return each comment's time in ms, those of the warm-up first."""
    with ExitStack() as stack:
        tenant = stack.enter_context(temporary_tenant())
        recording = stack.enter_context(_recording(comments + WARM_UP))
        port = free_port()
        stack.enter_context(running_server(port))
        stack.enter_context(running_process("manage.py", "run_lives"))
        with scope(tenant=tenant):
            session = _prepare(tenant, recording)
            sample = _listen(session, port, comments + WARM_UP)
            stop_session(session=session)
            latencies_ms = _latencies_ms(session, sample)
        _wait_for_end(session)
    return latencies_ms


def _figures(latencies_ms: list[float]) -> dict[str, Any]:
    if len(latencies_ms) < 2:
        raise BenchError("Too few replies were heard to measure anything.")
    return {
        "comments": len(latencies_ms),
        "p50_ms": round(statistics.median(latencies_ms), 2),
        "p95_ms": round(statistics.quantiles(latencies_ms, n=20)[-1], 2),
        "max_ms": round(max(latencies_ms), 2),
    }


@contextmanager
def _recording(lines: int) -> Iterator[str]:
    """A chat log, one comment at a time, long enough apart for the host to be idle again."""
    with tempfile.NamedTemporaryFile(
        "w", dir=settings.RECORDINGS_DIR, prefix="bench-", suffix=".jsonl", encoding="utf-8"
    ) as file:
        for number in range(lines):
            entry = {
                "t": 2 + number * LINE_EVERY_S,
                "user": f"v{number % 40}",
                "message": LINES[number % len(LINES)],
            }
            file.write(json.dumps(entry) + "\n")
        file.flush()
        yield Path(file.name).name


def _prepare(tenant: Tenant, recording: str) -> LiveSession:
    show = create_show(tenant=tenant, name="Bench", language="it")
    show.cooldown_min_s = show.cooldown_max_s = 0.0
    show.answers_per_viewer, show.answers_per_minute = 100, 1_000
    show.save()
    return create_session(
        show=show, source=LiveSession.Source.REPLAY, source_options={"recording": recording}
    )


def _listen(session: LiveSession, port: int, comments: int) -> Sample:
    """Note each utterance's first frame, then skip the rest of it, so that the host is idle for the next."""
    sample = Sample()
    address = f"ws://127.0.0.1:{port}/ws/overlay/{session.show.overlay.token}/?version=2"
    deadline = time.monotonic() + START_TIMEOUT_S + comments * LINE_EVERY_S
    with connect(address, open_timeout=START_TIMEOUT_S) as overlay:
        start_session(session=session)
        while len(sample.first_frames) < comments and time.monotonic() < deadline:
            utterance_id = _next_utterance(overlay)
            if utterance_id is None:
                break
            if utterance_id not in sample.first_frames:
                sample.first_frames[utterance_id] = time.time()
                session.refresh_from_db()
                skip_reply(session=session)
    return sample


def _next_utterance(overlay: ClientConnection) -> UUID | None:
    """Return whose audio the next frame is; None when none has come for a while."""
    while True:
        try:
            frame = overlay.recv(timeout=10.0)
        except TimeoutError:
            return None
        if isinstance(frame, bytes):
            return unpack_audio(frame).utterance_id


def _latencies_ms(session: LiveSession, sample: Sample) -> list[float]:
    time.sleep(1.0)  # the recorder is at most a quarter of a second behind
    replies = Reply.objects.filter(session=session, id__in=sample.first_frames).order_by("created_at")
    arrivals = dict(ChatEvent.objects.filter(session=session).values_list("source_id", "received_at"))
    return [
        (sample.first_frames[reply.id] - arrivals[reply.trigger_source_id].timestamp()) * 1000
        for reply in replies
        if reply.trigger_source_id  # the host says something of its own accord too
    ]


def _wait_for_end(session: LiveSession) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while session.is_open and time.monotonic() < deadline:
        time.sleep(0.1)
        with scopes_disabled():
            session.refresh_from_db()


if __name__ == "__main__":
    main()
