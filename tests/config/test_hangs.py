"""A test that stands still fails, and says where."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.processes

STILL = """
import asyncio, threading

async def ask_a_task():
    await asyncio.Event().wait()

def test_waits_for_a_task():
    asyncio.run(ask_a_task())

def ask_a_thread():
    threading.Event().wait()

def test_waits_for_a_thread():
    ask_a_thread()

def test_is_run_too():
    pass
"""


def test_a_test_that_stands_still_fails_with_the_place_where_it_waits(tmp_path: Path) -> None:
    file = tmp_path / "test_still.py"
    file.write_text(STILL)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.hangs", "-p", "no:cacheprovider"]
    command += ["--most-seconds", "1", "--rootdir", str(tmp_path), "-c", os.devnull, str(file)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert "2 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "in ask_a_task" in done.stdout
    assert "in ask_a_thread" in done.stdout
