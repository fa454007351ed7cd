"""Runs the reader in a child process with hard limits, because documents come from strangers.

A watchdog that samples memory cannot stop one huge allocation, so the operating system holds the limits.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Timer

from knowledge.parsing.document import (
    MAX_INPUT_BYTES,
    MAX_TEXT_CHARACTERS,
    FailureReason,
    ParsedDocument,
    ParseFailed,
    document_from_json,
)
from knowledge.parsing.reader import OUT_OF_MEMORY

MEMORY_BYTES = 512 * 1024 * 1024
CPU_S = 20
WALL_S = 120.0  # a busy machine gives a child little of its processor
MAX_FILES = 32
# JSON escapes a character beyond ASCII with six bytes, and each block has names of its own.
MAX_OUTPUT_BYTES = 6 * MAX_TEXT_CHARACTERS + 20_000_000
_ROOT = str(Path(__file__).resolve().parents[2])
# The limits come before the first import. Without a network of its own where the system allows it: the two
# flags are CLONE_NEWUSER and CLONE_NEWNET.
_PROGRAM = f"""
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES}, {MEMORY_BYTES}))
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_S}, {CPU_S} + 1))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
resource.setrlimit(resource.RLIMIT_NOFILE, ({MAX_FILES}, {MAX_FILES}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
try:
    ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)
except AttributeError:
    pass
sys.path.insert(0, sys.argv.pop(1))
try:
    from knowledge.parsing.reader import main
    main()
except MemoryError:
    sys.exit({OUT_OF_MEMORY})
"""


def parse(data: bytes, name: str, *, url: str = "", format_hint: str = "") -> ParsedDocument:
    """Return what a document contains, read in a child process. Raise `ParseFailed`. Blocks.

    `name` is the file's; `url` a page's, for its links; `format_hint` the format of what we wrote ourselves.
    """
    if len(data) > MAX_INPUT_BYTES:
        raise ParseFailed(FailureReason.TOO_LARGE)
    options = json.dumps({"name": name, "url": url, "format_hint": format_hint})
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        status, output = _run(file.fileno(), options)
    return _result_of(status, output)


def _run(stdin: int, options: str) -> tuple[int, bytes]:
    """Return the child's status and output. What it writes beyond the limit ends it."""
    environment = {"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-I", "-c", _PROGRAM, _ROOT, options]
    with subprocess.Popen(
        command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        watch = Timer(WALL_S, child.kill)
        watch.daemon = True
        watch.start()
        try:
            assert child.stdout is not None  # noqa: S101 - for the type checker: it was asked for
            output = child.stdout.read(MAX_OUTPUT_BYTES + 1)
            if len(output) > MAX_OUTPUT_BYTES:
                child.kill()
            return child.wait(), output
        finally:
            watch.cancel()
            child.kill()


def _result_of(status: int, output: bytes) -> ParsedDocument:
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ParseFailed(
            FailureReason.TOO_LARGE if len(output) > MAX_OUTPUT_BYTES else FailureReason.TOO_SLOW
        )
    if status == OUT_OF_MEMORY:
        raise ParseFailed(FailureReason.BOMB)
    if status != 0:
        raise ParseFailed(FailureReason.BROKEN)
    try:
        answer = json.loads(output)
        if "failed" in answer:
            raise ParseFailed(FailureReason(answer["failed"]))
        return document_from_json(answer)
    except (ValueError, KeyError, TypeError):
        raise ParseFailed(FailureReason.BROKEN) from None
