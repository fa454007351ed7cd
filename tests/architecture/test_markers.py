"""Tests that handle real processes are marked, so that `make test-quick` leaves them out."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, files, imports, shown, tree
from tests.selection import unknown_markers

CALLS = {"Popen", "create_subprocess_exec", "kill", "killpg"}  # of subprocess, asyncio and os
# Fakes play a program that the product starts; the product's own tests decide whether they are marked.
FAKE_PROGRAMS = {"tests.fakes.piper", "tests.fakes.spoken"}
SET_UP_OF_THE_RUN = {"tests.schema"}


def _test_files() -> list[Path]:
    found = (path for path in files("tests") if path.name.startswith("test_"))
    return [path for path in found if "browser" not in path.parts]


@cache
def _handles_processes(path: Path) -> bool:
    """Return whether a file, or a module of the tests that it imports, starts or kills processes."""
    if "subprocess" in imports(path) or any(map(_is_process_call, ast.walk(tree(path)))):
        return True
    modules = (
        name
        for name in imports(path)
        if name.startswith("tests.") and name not in FAKE_PROGRAMS | SET_UP_OF_THE_RUN
    )
    helpers = (ROOT / f"{name.replace('.', '/')}.py" for name in modules)
    return any(_handles_processes(helper) for helper in helpers if helper.exists())


def _is_process_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"asyncio", "os", "subprocess"}
        and node.func.attr in CALLS
    )


def _marks_of_module(path: Path) -> set[str]:
    """Return the names in the module's `pytestmark`."""
    marks: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks |= {each.attr for each in ast.walk(node.value) if isinstance(each, ast.Attribute)}
    return marks


def test_a_module_that_handles_processes_is_marked() -> None:
    handling = [path for path in _test_files() if _handles_processes(path)]
    assert len(handling) > 20
    unmarked = [shown(path) for path in handling if "processes" not in _marks_of_module(path)]
    assert not unmarked, f"add `pytestmark = pytest.mark.processes` to {', '.join(unmarked)}"


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [("", set()), ("not slow", set()), ("not (slow or browser)", set()), ("slow and not slwo", {"slwo"})],
)
def test_a_selection_names_only_registered_markers(expression: str, unknown: set[str]) -> None:
    assert unknown_markers(expression, ["slow: takes long", "browser(name): opens a page"]) == unknown
