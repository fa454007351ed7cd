"""Real worker processes, which can be stopped and killed, and what the database shows of their lives."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django_scopes import scopes_disabled

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from livesessions.shows.services.shows import create_show
from livesessions.worker.registry import read_capacities
from tenants.models import Tenant
from tests.patience import PATIENCE_S, POLL_S

T = TypeVar("T")


class WorkerProcess:
    """One `manage.py run_lives`."""

    def __init__(self, environment: dict[str, str], log: Path, *, capacity: int) -> None:
        known = set(read_capacities())
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "run_lives"],
                cwd=settings.BASE_DIR,
                env={**environment, "WORKER_CAPACITY": str(capacity)},
                stdout=output,
                stderr=output,
            )
        try:
            [self.owner] = until(lambda: set(read_capacities()) - known, len)
        except BaseException:
            self.close()  # nobody else knows of it
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Stop it in mid-air, as a paused machine does."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> float:
        """As a deployment does; return in how many seconds it was gone."""
        began_s = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(PATIENCE_S) == 0, self.log
        return time.monotonic() - began_s

    def close(self) -> None:
        if self._process.poll() is None:
            self.thaw()
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S)
            self.kill()


@contextmanager
def workers(environment: dict[str, str], folder: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Call with a capacity for a worker that has signed in; all of them end with the body."""
    started: list[WorkerProcess] = []

    def start(capacity: int) -> WorkerProcess:
        started.append(WorkerProcess(environment, folder / f"worker-{len(started)}.log", capacity=capacity))
        return started[-1]

    try:
        yield start
    finally:
        for worker in started:
            worker.close()


def until(look: Callable[[], T], holds: Callable[[T], object] = bool) -> T:
    """Look until what is seen holds; other processes tell nobody what they have done."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        with scopes_disabled():
            seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < deadline_s, seen
        time.sleep(POLL_S)


def go_on_air(tenant: Tenant, *, lives: int, rate_per_minute: float) -> list[Show]:
    """Start as many lives with a simulated chat, each of a show of its own."""
    with scopes_disabled():
        shows = [create_show(tenant=tenant, name=f"Show {number}", language="it") for number in range(lives)]
        for number, show in enumerate(shows):
            session = create_session(
                show=show,
                source=LiveSession.Source.SIMULATOR,
                source_options={"rate_per_minute": rate_per_minute, "seed": number},
            )
            start_session(session=session)
    return shows


def held_by(worker: WorkerProcess) -> int:
    """Return how many lives a worker holds."""
    return LiveSession.objects.filter(lease_owner=worker.owner, status="active").count()


def speaking_since(moment: datetime) -> int:
    """Return in how many lives the host has been heard since."""
    return _heard_since(moment).values("session_id").distinct().count()


def answering_since(moment: datetime) -> int:
    """Return in how many lives the host has been heard since with an answer to a message."""
    answers = _heard_since(moment).exclude(trigger_source_id="")
    return answers.values("session_id").distinct().count()


def _heard_since(moment: datetime) -> QuerySet[Reply]:
    return Reply.objects.filter(created_at__gt=moment, first_audio_ms__isnull=False)
