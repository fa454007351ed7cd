"""What the documents name in backticks exists: files, modules, commands and make targets."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.architecture.sources import APPS, ROOT

FOLDERS = (
    *APPS,
    *("config", "tests", "bench", "docs", "templates", "static", "locale", "requirements", "docker"),
    *("recordings", ".github"),
)
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name not in ("CHANGELOG.md", "THIRD-PARTY-NOTICES.md")
)
ENDINGS = ("py", "toml", "html", "js", "css", "md", "json", "jsonl", "txt", "in", "po", "yml", "sh", "proto")
LABEL = re.compile(rf"(?P<app>{'|'.join(APPS)})\.(?:(?P<model>[A-Z]\w+)|(?P<migration>\d{{4}}))")
FILE = re.compile(rf"(?P<path>\w[\w.-]*(?:/[\w.-]+)*\.(?:{'|'.join(ENDINGS)}))(?:: (?P<name>\w+).*)?")
FOLDER = re.compile(r"(?P<path>[\w-]+(?:/[\w.-]+)*)/")
MODULE = re.compile(
    rf"(?:python -m )?(?P<module>(?:{'|'.join((*APPS, 'config', 'tests', 'bench'))})(?:\.\w+)+)"
)
COMMAND = re.compile(r"manage\.py (?P<command>\w+)")
TARGET = re.compile(r"make (?P<target>[a-z-]+)")
# Made while the product runs, or by it; not in the repository.
MADE = ("staticfiles", "media")


@cache
def tracked() -> frozenset[str]:
    """Return the paths of all files, relative to the repository."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [
            path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
        ]
    return frozenset(path.relative_to(ROOT).as_posix() for path in found)


def exists(path: str) -> bool:
    """Return whether a file has this path, or ends with it: `worker/leases.py` is one of livesessions."""
    return any(name == path or name.endswith(f"/{path}") for name in tracked())


def folder_exists(path: str) -> bool:
    return any(name.startswith(f"{path}/") or f"/{path}/" in name for name in tracked())


def module_exists(dotted: str) -> bool:
    """Return whether a module exists, or a module that contains the last name."""
    path = dotted.replace(".", "/")
    if f"{path}.py" in tracked() or f"{path}/__init__.py" in tracked():
        return True
    parent, _, name = path.rpartition("/")
    return f"{parent}.py" in tracked() and name in (ROOT / f"{parent}.py").read_text(encoding="utf-8")


def label_exists(app: str, model: str | None, migration: str | None) -> bool:
    if migration:
        return any(name.startswith(f"{app}/migrations/{migration}_") for name in tracked())
    try:
        return bool(apps.get_model(app, str(model)))
    except LookupError:
        return False


def problems_of(code: str) -> Iterator[str]:
    if (match := TARGET.match(code)) and not re.search(rf"^{match['target']}:", makefile(), re.MULTILINE):
        yield f"no such target: {code}"
    if (match := COMMAND.search(code)) and match["command"] not in get_commands():
        yield f"no such command: {code}"
    if match := FILE.fullmatch(code):
        if not exists(match["path"]):
            yield f"no such file: {code}"
        elif match["name"] and not contains(match["path"], match["name"]):
            yield f"no such name in the file: {code}"
    elif match := FOLDER.fullmatch(code):
        if match["path"] not in MADE and not folder_exists(match["path"]):
            yield f"no such folder: {code}"
    elif match := LABEL.fullmatch(code):
        if not label_exists(**match.groupdict()):
            yield f"no such model or migration: {code}"
    elif (match := MODULE.fullmatch(code)) and not module_exists(match["module"]):
        yield f"no such module: {code}"


def contains(path: str, name: str) -> bool:
    found = [each for each in tracked() if each == path or each.endswith(f"/{path}")]
    return any(name in (ROOT / each).read_text(encoding="utf-8") for each in found)


@cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS])
def test_what_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```$(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)  # diagrams, not examples
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    codes = dict.fromkeys(re.findall(r"`([^`\n]+)`", prose))
    codes |= dict.fromkeys(name for block in blocks for name in re.findall(r"[\w/]+\.py\b", block))
    assert [problem for code in codes for problem in problems_of(code)] == []


@pytest.mark.parametrize(
    "code",
    [
        "livesessions/nowhere.py",
        "livesessions/nowhere/",
        "providers/models.py: Nothing",
        "config.nothing",
        "manage.py run_nothing",
        "make nothing",
    ],
)
def test_what_does_not_exist_is_found(code: str) -> None:
    assert list(problems_of(code)) != []


def test_each_decision_has_a_number_of_its_own() -> None:
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md")]
    numbers = [name.split("-", 1)[0] for name in names]
    assert sorted(numbers) == [f"{number:04}" for number in range(1, len(names) + 1)]
