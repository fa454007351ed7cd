"""The project's own packages and source files, parsed."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_IMPORT_LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
APPS: tuple[str, ...] = tuple(name for name in _IMPORT_LINTER["root_packages"] if name != "config")
GENERATED = ("_pb2.py",)


def layers() -> list[set[str]]:
    """Return the app names of each layer of import-linter's first contract, lowest layer first."""
    lines: list[str] = _IMPORT_LINTER["contracts"][0]["layers"]
    return [{name.strip(" ()") for name in line.split("|")} for line in reversed(lines)]


def files(*folders: str) -> list[Path]:
    """Every Python file of the folders that a person wrote."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts and not path.name.endswith(GENERATED)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
