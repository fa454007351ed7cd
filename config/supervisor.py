"""Runs programs side by side in one terminal: prefixes their lines, and restarts what ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import IO, cast

POLL_S = 0.1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: its name in the terminal, its command, and variables that only it gets."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """When a program that has ended starts again: after a short pause at first, then after doubling pauses.

    - `steady_s`: a program that has run for so long begins with the first pause again.
    - `tries`: a program that never ran for `steady_s` and ends so many times in a row cannot run at all.
    - `stop_s`: a program that has not ended so long after SIGTERM is killed.
    """

    first_pause_s: float = 0.5
    longest_pause_s: float = 10.0
    steady_s: float = 10.0
    tries: int = 5
    stop_s: float = 10.0


class ProcessSupervisor:
    """Keeps programs running until SIGTERM or SIGINT; each has a session of its own, with what it starts."""

    def __init__(
        self,
        programs: Sequence[Program],
        environment: Mapping[str, str],
        *,
        policy: RestartPolicy | None = None,
    ) -> None:
        self._programs = programs
        self._environment = dict(environment)
        self._policy = policy or RestartPolicy()
        self._width = max(len(program.name) for program in programs)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._writing = Lock()
        self._stopping = Event()
        self._signalled = False
        self._status = 0

    def run(self) -> int:
        """Run the programs until a signal; return 0, or 1 when a program cannot run at all."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._note_signal)
        threads = [Thread(target=self._keep_running, args=[program]) for program in self._programs]
        for thread in threads:
            thread.start()
        # The signal's handler only leaves a note: it may interrupt whoever holds the event's lock.
        while not self._stopping.wait(POLL_S):
            if self._signalled:
                self._stopping.set()
        self._send_to_all(signal.SIGTERM)
        deadline = time.monotonic() + self._policy.stop_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._send_to_all(signal.SIGKILL)
        for thread in threads:
            thread.join()
        return self._status

    def _note_signal(self, *_: object) -> None:
        self._signalled = True

    def _send_to_all(self, number: signal.Signals) -> None:
        for process in list(self._running.values()):
            _send(process, number)

    def _keep_running(self, program: Program) -> None:
        policy, pause_s, failures, was_steady = self._policy, self._policy.first_pause_s, 0, False
        while not self._stopping.is_set():
            started_at = time.monotonic()
            status = self._run_once(program)
            if self._stopping.is_set():
                return
            if time.monotonic() - started_at >= policy.steady_s:
                pause_s, failures, was_steady = policy.first_pause_s, 0, True
            failures += 1
            if failures >= policy.tries and not was_steady:
                self._say(program, f"{_ended(status)}, {failures} times in a row. Everything is stopped.")
                self._status = 1
                self._stopping.set()
                return
            self._say(program, f"{_ended(status)}. It starts again in {pause_s:g} s.")
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, policy.longest_pause_s)

    def _run_once(self, program: Program) -> int:
        """Run a program until it has ended; return its exit status, negative for a signal."""
        process = subprocess.Popen(
            program.command,
            env={**self._environment, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process only, which stops the others
        )
        lines = cast("IO[bytes]", process.stdout)
        copier = Thread(target=self._copy_lines, args=[program, lines])
        copier.start()
        self._running[program.name] = process
        if self._stopping.is_set():
            _send(process, signal.SIGTERM)
        status = process.wait()
        del self._running[program.name]
        _send(process, signal.SIGKILL)  # to processes that it has left behind
        copier.join()
        lines.close()
        return status

    def _copy_lines(self, program: Program, lines: IO[bytes]) -> None:
        for line in lines:
            self._say(program, line.decode(errors="replace").rstrip("\n"))

    def _say(self, program: Program, text: str) -> None:
        with self._writing, suppress(BrokenPipeError):
            sys.stdout.write(f"{time.strftime('%H:%M:%S')} {program.name:<{self._width}} | {text}\n")
            sys.stdout.flush()


def _send(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to a process and to those that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _ended(status: int) -> str:
    if status < 0:
        return f"It was ended by {signal.Signals(-status).name}"
    return f"It ended with status {status}"
