"""Reads and writes the JSON lines of a probe: one line of input gives one line of output."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

MAX_LINE_BYTES = 64_000


class ProbeInputError(ValueError):
    """Raised for a line of input that a probe cannot take; its message says what is missing."""


class Probe(Protocol):
    """Tries one part of the host on one row of input."""

    def run(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the row of output. Raises `ProbeInputError`."""


def probe_lines(probe: Probe, lines: Iterable[bytes]) -> Iterator[str]:
    """Yield a line of output for each line of input; `{"error": …}` for one that cannot be taken."""
    for line in lines:
        try:
            result = probe.run(_row_of(line))
        except ProbeInputError as error:
            result = {"error": str(error)}
        yield json.dumps(result, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def text_of(row: Mapping[str, Any], name: str = "text", *, default: str | None = None) -> str:
    """Return a field of a row as text; a list of texts is joined by line breaks. Raises `ProbeInputError`."""
    value = row.get(name, default)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n".join(value)
    if not isinstance(value, str):
        raise ProbeInputError(f'"{name}" must be text.')
    # A half of a surrogate pair is not text; it could not be written out again.
    return value.encode("utf-8", "replace").decode("utf-8")


def _row_of(line: bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise ProbeInputError(f"A line may have {MAX_LINE_BYTES} bytes.")
    try:
        row = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise ProbeInputError('A line must be a JSON object such as {"text": "ciao"}.') from None
    if not isinstance(row, dict):
        raise ProbeInputError('A line must be a JSON object such as {"text": "ciao"}.')
    return row
