import json
import subprocess
from pathlib import Path

import pytest

from bench import compare
from bench.report import BenchError

pytestmark = pytest.mark.processes

BENCH = """
import json, sys
print("a line before")
print(json.dumps({{"figures": {{"per_s": {per_s}, "ms": {{"p95": 4.0}}, "argument": int(sys.argv[-1])}}}}))
"""
# As in older trees: nothing to migrate, and the benches are its commands.
MANAGE = """
import runpy, sys
if sys.argv[1] != "migrate":
    sys.argv = sys.argv[1:]
    runpy.run_path(f"app/management/commands/{sys.argv[0]}.py")
"""


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Alice", "-c", "user.email=alice@vivavoce.example"]
    done = subprocess.run(
        ["/usr/bin/env", "git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose bench was a command of `manage.py` and is a module now, twice as fast."""
    root = tmp_path / "repository"
    write(root / "manage.py", MANAGE)
    write(root / "app/management/commands/bench_tiny.py", BENCH.format(per_s=100))
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "old")
    (root / "app/management/commands/bench_tiny.py").unlink()
    write(root / "bench/tiny.py", BENCH.format(per_s=200))
    return root


def test_a_commit_and_the_tree_as_it_is_are_compared(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--base", "HEAD", "--rounds", "2", "tiny", "--lines", "7"]
    compare.main(arguments, root=repository)

    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    figures = report["figures"]
    assert figures["per_s"] == {"base": 100, "this": 200, "ratio": 2.0, "lowest": 2.0, "highest": 2.0}
    assert figures["ms.p95"]["ratio"] == 1.0
    assert figures["argument"]["this"] == 7
    assert [len(times) for times in report["calibration"].values()] == [2, 2]


def test_the_temporary_tree_is_removed(repository: Path) -> None:
    compare.main(["--base", "HEAD", "--rounds", "1", "tiny", "1"], root=repository)
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_bench_that_a_tree_does_not_have_is_refused(repository: Path) -> None:
    with pytest.raises(BenchError, match="no bench `huge`"):
        compare.main(["--base", "HEAD", "huge"], root=repository)


def test_a_commit_that_does_not_exist_is_refused(repository: Path) -> None:
    with pytest.raises(BenchError, match="failed"):
        compare.main(["--base", "0000000", "tiny"], root=repository)


def test_a_bench_that_fails_is_told_with_its_last_words(repository: Path) -> None:
    write(repository / "bench/tiny.py", "raise SystemExit('out of chat')")
    with pytest.raises(BenchError, match="out of chat"):
        compare.main(["--base", "HEAD", "tiny", "1"], root=repository)


def test_a_bench_without_a_report_is_refused(repository: Path) -> None:
    write(repository / "bench/tiny.py", "print('nothing')")
    with pytest.raises(BenchError, match="no report"):
        compare.main(["--base", "HEAD", "tiny", "1"], root=repository)


def test_ratios_are_those_of_neighbouring_runs() -> None:
    base = [{"ms": 10.0, "gone": 1.0}, {"ms": 20.0, "gone": 1.0}, {"ms": 10.0, "gone": 1.0}]
    this = [{"ms": 5.0, "new": 1.0}, {"ms": 10.0, "new": 1.0}, {"ms": 8.0, "new": 1.0}]
    assert compare.compare(base, this) == {
        "ms": {"base": 10.0, "this": 8.0, "ratio": 0.5, "lowest": 0.5, "highest": 0.8}
    }


def test_a_figure_that_was_zero_has_no_ratio() -> None:
    assert compare.compare([{"lost": 0}], [{"lost": 3}]) == {}
