"""Validates an uploaded chat file and lists the faults of its lines."""

import json
import math
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

UPLOAD = "upload"  # the chat's key in the form, and of its text in a waiting rehearsal's report
MAX_BYTES = 5 * 1024 * 1024
MAX_FAULTS = 5


class ChatFileProblem(StrEnum):
    """Kinds of faults in a chat file."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    NO_TIME = "no_time"
    NO_USER = "no_user"
    NO_MESSAGE = "no_message"
    NO_METHOD = "no_method"
    NO_PAYLOAD = "no_payload"


@dataclass(frozen=True, slots=True)
class ChatFileFault:
    """One fault. `line` counts from 1; 0 is the whole file."""

    problem: ChatFileProblem
    line: int = 0


def find_faults(text: str) -> list[ChatFileFault]:
    """Return the first `MAX_FAULTS` faults of a chat log or a webcast capture; none for a valid file."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        return [ChatFileFault(ChatFileProblem.EMPTY)]
    is_capture = "payload" in _entry(lines[0][1])
    check = _problem_of_captured if is_capture else _problem_of_logged
    return list(islice(_faults(lines, check), MAX_FAULTS))


def _faults(
    lines: list[tuple[int, str]], check: Callable[[dict[str, Any]], ChatFileProblem | None]
) -> Iterator[ChatFileFault]:
    for number, line in lines:
        entry = _entry(line)
        problem = check(entry) if entry else ChatFileProblem.NOT_JSON
        if problem is not None:
            yield ChatFileFault(problem, number)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _problem_of_logged(entry: dict[str, Any]) -> ChatFileProblem | None:
    at_s = entry.get("t")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float) or not math.isfinite(at_s) or at_s < 0:
        return ChatFileProblem.NO_TIME
    if not isinstance(entry.get("user"), str) or not entry["user"].strip():
        return ChatFileProblem.NO_USER
    return None if isinstance(entry.get("message"), str) else ChatFileProblem.NO_MESSAGE


def _problem_of_captured(entry: dict[str, Any]) -> ChatFileProblem | None:
    if not isinstance(entry.get("method"), str):
        return ChatFileProblem.NO_METHOD
    try:
        datetime.fromisoformat(entry["ts"])
    except (LookupError, TypeError, ValueError):
        return ChatFileProblem.NO_TIME
    try:
        b64decode(entry["payload"], validate=True)
    except (LookupError, TypeError, ValueError):
        return ChatFileProblem.NO_PAYLOAD
    return None
