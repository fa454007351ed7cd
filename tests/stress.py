"""Runs the whole suite many times beside a process that burns one core: `python -m tests.stress --runs 10`.

Prints the time of each run and stops at the first one that fails.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

BURN = "while True: pass"


@contextmanager
def burning_core() -> Iterator[None]:
    """Keep one core busy during the body."""
    burner = subprocess.Popen([sys.executable, "-c", BURN])
    try:
        yield
    finally:
        burner.kill()
        burner.wait()


def run_suite(runs: int, command: Sequence[str]) -> int:
    """Run a command up to `runs` times. Return the status of the first failure, or 0."""
    for run in range(1, runs + 1):
        start_s = time.monotonic()
        status = subprocess.run(command, check=False).returncode
        outcome = "passed" if status == 0 else f"failed (status {status})"
        _say(f"Run {run} of {runs} {outcome} after {time.monotonic() - start_s:.0f} s.")
        if status != 0:
            return status
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="tests.stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("command", nargs="+", help="the command that runs the suite")
    arguments = parser.parse_args()
    with burning_core():
        return run_suite(arguments.runs, arguments.command)


if __name__ == "__main__":
    sys.exit(main())
