"""The third-party notices follow the pinned requirements, and no licence slips in that must not be linked."""

from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from config.notices import (
    NOTICES,
    Package,
    UnknownLicenceError,
    find_problems,
    licence_of,
    pinned_packages,
    read_rules,
    render,
)

RULES = """
allowed = ["MIT", "Apache-2.0", "LGPL-3.0-only", "LicenseRef-BSD"]
[spdx]
"mit license" = "MIT"
"bsd" = "LicenseRef-BSD"
[packages.singer]
licence = "GPL-3.0-or-later"
separate_program = "It runs in a process of its own."
"""
PRODUCTION = """\
aiolib==3.14.0 \\
    --hash=sha256:00
numbers==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
numbers==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:00
windows-only==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""
DEVELOPMENT = PRODUCTION + "checker==1.2 \\\n    --hash=sha256:00\n"
LICENCES = {"aiolib": "MIT", "numbers": "LGPL-3.0-only", "checker": "Apache-2.0 OR GPL-3.0-only"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose notices are current."""
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    (requirements / "licences.toml").write_text(RULES)
    (requirements / "prod.txt").write_text(PRODUCTION)
    (requirements / "dev.txt").write_text(DEVELOPMENT)
    font = tmp_path / "static" / "vendor" / "font"
    font.mkdir(parents=True)
    (font / "LICENSE").write_text("OFL")
    (font.parent / "README.md").write_text("| `font/` | a font | 1.0 | OFL | all |\n")
    (tmp_path / NOTICES).write_text(render(tmp_path, LICENCES))
    return tmp_path


def _write(root: Path, **changes: str) -> None:
    (root / NOTICES).write_text(render(root, LICENCES | changes))


def test_current_notices_have_no_problem(root: Path) -> None:
    assert find_problems(root) == []


def test_each_package_is_listed_once_with_the_versions_of_all_pythons(root: Path) -> None:
    assert pinned_packages(root / "requirements" / "prod.txt") == [
        Package("aiolib", ("3.14.0",)),
        Package("numbers", ("2.4.6", "2.5.5")),
    ]
    text = (root / NOTICES).read_text()
    assert text.count("| `aiolib` | 3.14.0 | MIT |") == 1
    assert "`singer` (GPL-3.0-or-later): It runs in a process of its own." in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("aiolib==3.14.0", "aiolib==3.15.0"),
        ("aiolib==3.14.0 \\\n    --hash=sha256:00\n", ""),
        ("aiolib==", "another==1.0 \\\n    --hash=sha256:00\naiolib=="),
    ],
    ids=["another version", "a package less", "a package more"],
)
def test_notices_are_stale_after_the_requirements_change(root: Path, before: str, after: str) -> None:
    for name in ("prod.txt", "dev.txt"):
        file = root / "requirements" / name
        file.write_text(file.read_text().replace(before, after))

    assert any("make notices" in problem for problem in find_problems(root))


def test_missing_notices_are_a_problem(root: Path) -> None:
    (root / NOTICES).unlink()

    assert any("make notices" in problem for problem in find_problems(root))


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GPL-3.0-or-later", "MIT AND GPL-2.0-only", "unknown"])
def test_a_licence_that_must_not_be_linked_is_refused(root: Path, licence: str) -> None:
    _write(root, aiolib=licence)

    [problem] = find_problems(root)

    assert problem.startswith(f"aiolib is under {licence}")


def test_a_gpl_program_that_is_kept_apart_is_accepted(root: Path) -> None:
    for name in ("prod.txt", "dev.txt"):
        file = root / "requirements" / name
        file.write_text(file.read_text() + "singer==1.0 \\\n    --hash=sha256:00\n")
    _write(root, singer="GPL-3.0-or-later")

    assert find_problems(root) == []


def test_vendored_files_need_a_line_in_the_readme_and_a_licence(root: Path) -> None:
    (root / "static" / "vendor" / "icons").mkdir()

    assert find_problems(root) == [
        "static/vendor/README.md does not list icons/.",
        "static/vendor/icons/LICENSE is missing.",
    ]


class _Described(Distribution):
    """A distribution of which only the metadata exists."""

    def __init__(self, **headers: str) -> None:
        self._text = "Metadata-Version: 2.1\nName: described\nVersion: 1.0\n"
        self._text += "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        return Path(path)


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ({"License_Expression": "MIT OR GPL-2.0-only"}, "MIT OR GPL-2.0-only"),
        ({"License": "MIT License"}, "MIT"),
        ({"License": "BSD"}, "LicenseRef-BSD"),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"License": "see the file", "Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
    ],
)
def test_the_licence_is_read_from_new_and_old_metadata(
    root: Path, headers: dict[str, str], licence: str
) -> None:
    assert licence_of(_Described(**headers), read_rules(root)) == licence


@pytest.mark.parametrize("headers", [{}, {"License": "Our own terms"}, {"License": "AGPL-3.0"}])
def test_metadata_without_a_known_licence_asks_for_an_entry(root: Path, headers: dict[str, str]) -> None:
    with pytest.raises(UnknownLicenceError, match=r"described.*requirements/licences\.toml"):
        licence_of(_Described(**headers), read_rules(root))
