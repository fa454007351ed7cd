"""Prints a rehearsal's report as lines of text, for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 28


def report_lines(report: Mapping[str, Any], *, with_script: bool = True) -> Iterator[str]:
    """Yield the figures, the target checks and, `with_script`, the script."""
    for name, value in report["figures"].items():
        if isinstance(value, Mapping):
            yield f"{name:<{WIDTH}} {_pairs(value)}"
        else:
            yield f"{name:<{WIDTH}} {_shown(value)}"
    yield ""
    for check in report["checks"]:
        key, value = check["key"], _shown(check["value"])
        sign = ">=" if check["at_least"] else "<="
        mark = {True: "met", False: "MISSED", None: "nothing to measure"}[check["met"]]
        yield f"{key:<{WIDTH}} {value:>8} {sign} {_shown(check['target']):<6} {mark}"
    if with_script:
        yield ""
        for entry in report["script"]:
            yield _script_line(entry)


def _script_line(entry: Mapping[str, Any]) -> str:
    minutes, seconds = divmod(entry["at_s"], 60)
    trigger = " ".join(str(entry[part]) for part in ("viewer", "heard", "gift") if entry[part])
    also = f" (+{entry['also']})" if entry["also"] else ""
    result = "" if entry["outcome"] == "spoken" else f" [{entry['outcome']} {entry['fault']}]"
    total = entry["score"].get("total")
    score = "" if total is None else f" {total:.2f}"
    time = f"{minutes:02.0f}:{seconds:04.1f}"
    return f"{time} {entry['state']:<8}{score} {trigger}{also} -> {entry['text']}{result}"


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in values.items()) or "-"


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
