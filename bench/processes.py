"""Reads the CPU time and memory of a process and its helpers. Linux only."""

import os
from collections.abc import Iterator
from pathlib import Path

from bench.playback import rss_mb

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process, with those of its children that have ended."""
    return sum(int(field) for field in _fields(pid)[11:15]) / TICKS_PER_S


def helpers_of(pid: int) -> list[int]:
    """Return the running descendants of a process."""
    parents: dict[int, list[int]] = {}
    for child, parent in _parents():
        parents.setdefault(parent, []).append(child)
    found: list[int] = []
    pending = [pid]
    while pending:
        children = parents.get(pending.pop(), [])
        found += children
        pending += children
    return found


def tree_rss_mb(pid: int) -> float:
    """Return the memory of a process and its helpers."""
    return sum(rss_mb(each) for each in (pid, *helpers_of(pid)))


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), int(_fields(int(entry.name))[1])
            except OSError:
                continue  # it has ended meanwhile


def _fields(pid: int) -> list[str]:
    """Return the fields of `/proc/<pid>/stat` from the state on; the name before may contain spaces."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
