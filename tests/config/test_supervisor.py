"""`make run` keeps its processes running: real processes that crash, are killed, or do not want to stop."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import psutil
import pytest

from tests.patience import PATIENCE_S, POLL_S

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
SUPERVISOR = """
import sys
from config.supervisor import Program, RestartPolicy, ProcessSupervisor
names, codes = sys.argv[2::2], sys.argv[3::2]
programs = [Program(name, [sys.executable, "-uc", code]) for name, code in zip(names, codes)]
policy = RestartPolicy(first_pause_s=0.01, longest_pause_s=0.02, steady_s=float(sys.argv[1]), stop_s=0.2)
sys.exit(ProcessSupervisor(programs, {}, policy=policy).run())
"""
WAITS = "import os, time; print('pid', os.getpid()); time.sleep(600)"
CRASHES = "import sys; print('cannot start'); sys.exit(3)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS.partition("; ")[2]
)
WITH_CHILD = (
    "import os, subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print('pid', os.getpid(), 'child', child.pid); time.sleep(600)"
)


class Running:
    """A supervisor, and the lines that it writes."""

    def __init__(self, *programs: str, steady_s: float = 0.0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(steady_s), *programs],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next_match(self, pattern: str) -> re.Match[str]:
        while True:
            if found := re.search(pattern, self._lines.get(timeout=PATIENCE_S)):
                return found

    def end(self) -> int:
        status = self.process.wait(PATIENCE_S)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*programs: str, steady_s: float = 0.0) -> Running:
        started.append(Running(*programs, steady_s=steady_s))
        return started[-1]

    yield begin
    for running in started:
        if running.process.returncode is None:
            running.process.terminate()
            running.end()


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(POLL_S)


def test_a_killed_process_is_started_again_and_the_others_go_on(run: Callable[..., Running]) -> None:
    running = run("web", WAITS, "jobs", WAITS)
    pids: dict[str, int] = {}
    while len(pids) < 2:
        found = running.next_match(r"(web|jobs) +\| pid (\d+)")
        pids[found[1]] = int(found[2])
    for _ in range(6):  # more often than a program may fail that never ran
        os.kill(pids["web"], signal.SIGKILL)
        running.next_match(r"web +\| It was ended by SIGKILL. It starts again in")
        pids["web"] = int(running.next_match(r"web +\| pid (\d+)")[1])
    assert is_alive(pids["jobs"])


def test_a_process_that_ends_without_an_error_is_started_again_too(run: Callable[..., Running]) -> None:
    running = run("jobs", "print('done')")
    running.next_match("It ended with status 0. It starts again")
    running.next_match("done")
    running.next_match("done")


def test_the_processes_of_a_killed_process_are_ended_with_it(run: Callable[..., Running]) -> None:
    running = run("web", WITH_CHILD)
    first = running.next_match(r"pid (\d+) child (\d+)")
    os.kill(int(first[1]), signal.SIGKILL)
    running.next_match(r"pid (\d+) child (\d+)")
    until(lambda: not is_alive(int(first[2])))


def test_a_program_that_never_ran_stops_everything_with_a_reason(run: Callable[..., Running]) -> None:
    running = run("web", CRASHES, "jobs", WAITS, steady_s=600)
    pid = int(running.next_match(r"jobs +\| pid (\d+)")[1])
    running.next_match(r"web +\| cannot start")
    running.next_match("It ended with status 3, 5 times in a row. Everything is stopped.")
    assert running.end() == 1
    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("program", [WAITS, STUBBORN], ids=["obeys", "ignores"])
def test_a_signal_stops_everything(run: Callable[..., Running], program: str, number: signal.Signals) -> None:
    running = run("web", program, "jobs", program)
    pids = [int(running.next_match(r"pid (\d+)")[1]) for _ in range(2)]
    running.process.send_signal(number)
    assert running.end() == 0
    assert not any(map(is_alive, pids))


def test_a_very_long_line_is_copied_too(run: Callable[..., Running]) -> None:
    running = run("web", "import time; print('x' * 1_000_000); print('still here'); time.sleep(600)")
    running.next_match("still here")
