import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django_scopes import scope, scopes_disabled
from websockets.sync.client import ClientConnection, connect

from livesessions.models.events import ChatEvent
from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, skip_reply, start_session, stop_session
from livesessions.shows.services.shows import create_show
from tenants.models import Tenant, User
from tenants.services import create_tenant

TARGET_P95_MS = 25.0
LINE_EVERY_S = 0.6
START_TIMEOUT_S = 60.0
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


class Command(BaseCommand):
    help = "Measure a comment's way from the source to the first audio frame on the overlay's socket."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--comments", type=int, default=100)

    def handle(self, *args: Any, comments: int, **options: Any) -> None:
        with ExitStack() as stack:
            tenant = stack.enter_context(_tenant())
            recording = stack.enter_context(_recording(comments + WARM_UP))
            port = _free_port()
            stack.enter_context(
                _process("-m", "daphne", "-v", "0", "-p", str(port), "config.asgi:application")
            )
            stack.enter_context(_process("manage.py", "run_lives"))
            _wait_for_port(port)
            with scope(tenant=tenant):
                session = _prepare(tenant, recording)
                sample = _listen(session, port, comments + WARM_UP)
                stop_session(session=session)
                latencies_ms = _latencies_ms(session, sample)
            _wait_for_end(session)
        self.stdout.write(json.dumps(_report(latencies_ms[WARM_UP:])))


def _report(latencies_ms: list[float]) -> dict[str, Any]:
    if len(latencies_ms) < 2:
        raise CommandError("Too few replies were heard to measure anything.")
    p95 = statistics.quantiles(latencies_ms, n=20)[-1]
    figures = {
        "comments": len(latencies_ms),
        "p50_ms": round(statistics.median(latencies_ms), 2),
        "p95_ms": round(p95, 2),
        "max_ms": round(max(latencies_ms), 2),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    return {"figures": figures, "targets": {"p95_ms": TARGET_P95_MS}, "met": p95 <= TARGET_P95_MS}


@contextmanager
def _tenant() -> Iterator[Tenant]:
    """A tenant of its own, gone afterwards with all that it made."""
    user = User.objects.create_user(f"bench-{os.getpid()}@vivavoce.example")
    tenant = create_tenant(owner=user, name=f"Bench {os.getpid()}", language="it")
    try:
        yield tenant
    finally:
        with scopes_disabled():
            LiveSession.objects.filter(tenant=tenant).delete()
            Show.objects.filter(tenant=tenant).delete()
            tenant.delete()
            user.delete()


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


@contextmanager
def _process(*arguments: str) -> Iterator[None]:
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
    process = subprocess.Popen([sys.executable, *arguments], env=environment, cwd=settings.BASE_DIR)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _prepare(tenant: Tenant, recording: str) -> LiveSession:
    show = create_show(tenant=tenant, name="Bench", language="it")
    policy = show.policy
    policy.cooldown_min_s = policy.cooldown_max_s = 0.0
    policy.answers_per_viewer, policy.answers_per_minute = 100, 1_000
    policy.save()
    return create_session(
        show=show, source=LiveSession.Source.REPLAY, source_options={"recording": recording}
    )


def _listen(session: LiveSession, port: int, comments: int) -> Sample:
    """Note each utterance's first frame, then skip the rest of it, so that the host is idle for the next."""
    sample = Sample()
    address = f"ws://127.0.0.1:{port}/ws/overlay/{session.show.overlay.token}/?version=2"
    deadline = time.monotonic() + START_TIMEOUT_S + comments * LINE_EVERY_S
    with connect(address) as overlay:
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
    from overlay.wire import unpack_audio

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


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
