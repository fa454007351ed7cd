"""Looks at a chat file before it is used: its text goes in, what is wrong with which line comes out."""

import json
import math
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

MAX_BYTES = 5 * 1024 * 1024
MAX_FAULTS = 5


class Problem(StrEnum):
    """What can be wrong with a chat file or a line of it."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    NO_TIME = "no_time"
    NO_USER = "no_user"
    NO_MESSAGE = "no_message"
    NO_METHOD = "no_method"
    NO_PAYLOAD = "no_payload"


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem. `line` counts from 1; 0 means the whole file."""

    problem: Problem
    line: int = 0


def faults_of(text: str) -> list[Fault]:
    """Return the first faults of a chat log or a capture; none when every line of it can be read."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        return [Fault(Problem.EMPTY)]
    is_capture = "payload" in _entry(lines[0][1])
    look = _fault_of_captured if is_capture else _fault_of_logged
    return list(islice(_faults(lines, look), MAX_FAULTS))


def _faults(lines: list[tuple[int, str]], look: Any) -> Iterator[Fault]:
    for number, line in lines:
        entry = _entry(line)
        problem = look(entry) if entry else Problem.NOT_JSON
        if problem is not None:
            yield Fault(problem, number)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _fault_of_logged(entry: dict[str, Any]) -> Problem | None:
    at_s = entry.get("t")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not math.isfinite(at_s) or at_s < 0:
        return Problem.NO_TIME
    if not isinstance(entry.get("user"), str) or not entry["user"].strip():
        return Problem.NO_USER
    return None if isinstance(entry.get("message"), str) else Problem.NO_MESSAGE


def _fault_of_captured(entry: dict[str, Any]) -> Problem | None:
    if not isinstance(entry.get("method"), str):
        return Problem.NO_METHOD
    try:
        datetime.fromisoformat(entry["ts"])
    except (LookupError, TypeError, ValueError):
        return Problem.NO_TIME
    try:
        b64decode(entry["payload"], validate=True)
    except (LookupError, TypeError, ValueError):
        return Problem.NO_PAYLOAD
    return None
