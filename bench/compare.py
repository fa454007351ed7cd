"""Runs one bench on two commits in turn and prints the ratio of each figure, with its spread.

    python -m bench.compare --base f5ad79d --rounds 3 ingest --events 30000

- The base is checked out in a temporary folder; the other side is this tree, uncommitted changes too.
- The two take turns (base, this, base, this, ...), since a machine's speed changes from minute to minute.
- Each side has embedded servers of its own.
- Both run on this tree's packages: a base that needs others cannot be compared.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from argparse import REMAINDER, ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.calibration import calibration_ms, loop_times_ms
from bench.report import BenchError, machine

ROOT = Path(__file__).resolve().parent.parent
# Set, they would have both sides share one database, with the migrations of both.
NOT_INHERITED = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
HEADING = f"{'figure':<44}{'base':>12}{'this':>12}{'ratio':>8}   spread"


@dataclass(slots=True)
class Side:
    """One of the two trees, and the figures of its runs so far, flattened."""

    root: Path
    runs: list[dict[str, float]] = field(default_factory=list)
    calibrations_ms: list[float] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> None:
    parser = ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("--base", required=True, help="the commit to compare with")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side")
    parser.add_argument("bench", help="ingest, moderation, voice, reply, decode, overlay or soak")
    parser.add_argument("arguments", nargs=REMAINDER, help="the bench's own arguments")
    options = parser.parse_args(arguments)
    with checked_out(root, options.base) as base_root:
        base, this = Side(base_root), Side(root)
        for side in (base, this):
            _run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], side.root)
        for number in range(1, options.rounds + 1):
            for side in (base, this):
                measure(side, options.bench, options.arguments)
            print(f"round {number} of {options.rounds}", flush=True)
    ratios = compare(base.runs, this.runs)
    print(HEADING)
    for name, row in ratios.items():
        spread = f"{row['lowest']:.2f} to {row['highest']:.2f}"
        print(f"{name:<44}{row['base']:>12g}{row['this']:>12g}{row['ratio']:>8.2f}   {spread}")
    calibration = {"base_ms": base.calibrations_ms, "this_ms": this.calibrations_ms}
    print(json.dumps({"figures": ratios, "machine": machine(), "calibration": calibration}))


@contextmanager
def checked_out(root: Path, commit: str) -> Iterator[Path]:
    """Yield a temporary work tree of a commit."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        tree = Path(folder) / "base"
        _run(["git", "worktree", "add", "--quiet", "--detach", str(tree), commit], root)
        try:
            yield tree
        finally:
            _run(["git", "worktree", "remove", "--force", str(tree)], root)


def command_for(root: Path, bench: str, arguments: Sequence[str]) -> list[str]:
    """Return how a tree runs a bench; in older ones the benches are commands of `manage.py`."""
    if (root / "bench" / f"{bench}.py").is_file():
        return [sys.executable, "-m", f"bench.{bench}", *arguments]
    if any(root.glob(f"*/management/commands/bench_{bench}.py")):
        return [sys.executable, "manage.py", f"bench_{bench}", *arguments]
    raise BenchError(f"There is no bench `{bench}` in {root}. Choose a commit and a bench that it has.")


def measure(side: Side, bench: str, arguments: Sequence[str]) -> None:
    """Run the bench once; add its figures, and the calibration around it, to the side."""
    times_ms = loop_times_ms()
    output = _run(command_for(side.root, bench, arguments), side.root)
    times_ms += loop_times_ms()
    try:
        figures = json.loads(output.splitlines()[-1])["figures"]
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise BenchError(f"The bench's last line is no report. Its output:\n{output[-2000:]}") from error
    side.runs.append(dict(flatten(figures)))
    side.calibrations_ms.append(calibration_ms(times_ms))


def flatten(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number with its name, of nested figures with the names joined by dots."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", value


def compare(
    base: Sequence[Mapping[str, float]], this: Sequence[Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return for each figure that both sides have their medians, and the ratios of the pairs of runs.

    `ratio` is the median of the pairs' ratios (this by base), `lowest` and `highest` are its extremes.
    """
    rows: dict[str, dict[str, float]] = {}
    pairs = list(zip(base, this, strict=True))
    for name in pairs[0][0]:
        if not all(name in before and name in after and before[name] for before, after in pairs):
            continue  # a figure that one side lacks, or a zero that nothing can be compared with
        ratios = [after[name] / before[name] for before, after in pairs]
        rows[name] = {
            "base": round(statistics.median(before[name] for before, _ in pairs), 3),
            "this": round(statistics.median(after[name] for _, after in pairs), 3),
            "ratio": round(statistics.median(ratios), 3),
            "lowest": round(min(ratios), 3),
            "highest": round(max(ratios), 3),
        }
    return rows


def _run(command: Sequence[str], root: Path) -> str:
    """Run a command in a tree and return what it prints; end with its last words if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed in {root}:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
