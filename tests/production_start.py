"""Runs code under the production settings, in processes forked from one that has Django's modules at hand.

A process of its own for each start takes three quarters of a second, a fork a tenth.
"""

import io
import multiprocessing
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import django.conf
import django.core.checks
import django.core.management
import django.db.backends.postgresql.base
import django.http  # noqa: F401

from config.deploy_check import PLACEHOLDERS

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, in the terms of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def start_production(**changes: str | None) -> Ended:
    """Read the settings in an environment with all that production requires; None removes a variable."""
    return run_production("from django.conf import settings; settings.DATABASES", **changes)


def run_production(code: str, **changes: str | None) -> Ended:
    """Run code in such an environment."""
    environment = {"PATH": os.environ["PATH"], **PLACEHOLDERS, **changes}
    reading, writing = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_run, args=(writing, code, _without_none(environment)))
    process.start()
    writing.close()
    try:
        ended: Ended = reading.recv()
        return ended
    finally:
        process.join()
        process.close()
        reading.close()


def _without_none(environment: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if value is not None}


def _run(answer: "Connection[Any, Any]", code: str, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    out, errors, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            exec(code, {"__name__": "__main__"})  # noqa: S102
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            status = 1
    answer.send(Ended(status, out.getvalue(), errors.getvalue()))
    answer.close()
