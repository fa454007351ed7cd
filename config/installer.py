"""Installs the pinned packages into a virtual environment: `python3 -m config.installer .venv`.

uv installs them in seconds. Where uv has no wheel or fails, pip installs the same packages with the same
hashes. This module uses only the standard library.
"""

import shlex
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")


def install(venv: Path, *, requirements: Path = REQUIREMENTS) -> None:
    """Create the virtual environment if it is missing, and install `requirements/dev.txt` into it.

    Raises `CalledProcessError` when pip fails too.
    """
    python = venv / "bin" / "python"
    if not python.exists():
        _say(f"Creating the virtual environment {venv} with Python {sys.version.split()[0]} …")
        # Without pip: installing pip takes as long as installing everything else with uv.
        _run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    _say("Installing the packages: about a minute, once …")
    if _install_uv(python, requirements / "uv.txt"):
        packages = ("--require-hashes", "-r", str(requirements / "dev.txt"))
        if _try(str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(python), *packages):
            return
    _say("uv cannot install them here. Installing them with pip; this takes some minutes …")
    _ensure_pip(python)
    _run(str(python), *PIP_INSTALL, "-r", str(requirements / "dev.txt"))


def _install_uv(python: Path, pinned: Path) -> bool:
    what = ("--no-deps", "--only-binary", ":all:", "-r", str(pinned))
    # The pip of the Python that runs this can install into another environment, unless it is missing or old.
    own_pip = ("-m", "pip", "--python", str(python), *PIP_INSTALL[2:])
    if _try(sys.executable, *own_pip, *what, quiet=True):
        return True
    return _ensure_pip(python) and _try(str(python), *PIP_INSTALL, *what)


def _ensure_pip(python: Path) -> bool:
    return _try(str(python), "-m", "ensurepip", quiet=True)


def _try(*command: str, quiet: bool = False) -> bool:
    """Run a command and return whether it succeeded. `quiet` hides what it prints."""
    output = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(command, stdout=output, stderr=output, check=False).returncode == 0
    except OSError as error:
        _say(f"{shlex.join(command)}: {error}")
        return False


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        install(Path(sys.argv[1]))
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"The packages could not be installed: {shlex.join(error.cmd)} failed. See its output above."
        )
