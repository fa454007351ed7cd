"""`make test-stress` repeats the suite until it fails, and leaves no process behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stress import run_suite

pytestmark = pytest.mark.processes

COUNTS_RUNS = """
import pathlib, sys
runs = pathlib.Path(sys.argv[1])
number = int(runs.read_text()) + 1
runs.write_text(str(number))
sys.exit(number == int(sys.argv[2]))
"""


@pytest.mark.parametrize(("failing_run", "status", "runs"), [(0, 0, 3), (2, 1, 2)])
def test_the_suite_is_repeated_until_it_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], failing_run: int, status: int, runs: int
) -> None:
    counter = tmp_path / "runs"
    counter.write_text("0")

    assert run_suite(3, [sys.executable, "-c", COUNTS_RUNS, str(counter), str(failing_run)]) == status

    assert counter.read_text() == str(runs)
    assert capfd.readouterr().out.count("Run ") == runs


def test_the_status_of_the_suite_is_that_of_the_command() -> None:
    command = [sys.executable, "-m", "tests.stress", "--runs", "2", "--", sys.executable, "-c", "exit(7)"]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 7
    assert result.stdout.startswith("Run 1 of 2 failed (status 7)")
