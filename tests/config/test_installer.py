"""The installer: uv installs the pinned packages, and pip does where uv cannot."""

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from config.installer import install

pytestmark = pytest.mark.processes

UV_THAT_NOTES = '#!/bin/sh\necho "$@" > "$(dirname "$0")/uv.called"\n'
UV_THAT_FAILS = "#!/bin/sh\necho no such index >&2\nexit 2\n"


def _write_wheel(folder: Path, name: str, files: dict[str, str]) -> str:
    """Write a wheel and return its line in a requirements file: path and hash."""
    info = f"{name}-1.0.dist-info"
    contents = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},{_record_hash(text)},{len(text.encode())}" for path, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16  # a regular file, executable
            archive.writestr(entry, text)
    return f"{name} @ file://{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _record_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """A folder whose `dev.txt` pins one small package of our own."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "dev.txt").write_text(_write_wheel(folder, "greeting", {"greeting.py": "WORD = 'ciao'\n"}))
    return folder


def _pin_uv(requirements: Path, script: str) -> None:
    (requirements / "uv.txt").write_text(_write_wheel(requirements, "uv", {"uv-1.0.data/scripts/uv": script}))


def _word_in(venv: Path) -> str:
    command = [str(venv / "bin" / "python"), "-c", "import greeting; print(greeting.WORD)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_uv_is_given_the_environment_and_the_hashed_requirements(tmp_path: Path, requirements: Path) -> None:
    _pin_uv(requirements, UV_THAT_NOTES)
    venv = tmp_path / "venv"

    install(venv, requirements=requirements)

    called = (venv / "bin" / "uv.called").read_text().split()
    assert called[:2] == ["pip", "install"]
    assert called[called.index("--python") + 1] == str(venv / "bin" / "python")
    assert "--require-hashes" in called
    assert called[-2:] == ["-r", str(requirements / "dev.txt")]


def test_pip_installs_the_packages_when_uv_fails(
    tmp_path: Path, requirements: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _pin_uv(requirements, UV_THAT_FAILS)
    venv = tmp_path / "venv"

    install(venv, requirements=requirements)

    assert _word_in(venv) == "ciao"
    output = capfd.readouterr()
    assert "no such index" in output.err
    assert "with pip" in output.out


def test_pip_installs_the_packages_where_uv_has_no_wheel(tmp_path: Path, requirements: Path) -> None:
    (requirements / "uv.txt").write_text(f"uv @ file://{tmp_path}/uv-1.0.whl --hash=sha256:{'0' * 64}\n")
    venv = tmp_path / "venv"

    install(venv, requirements=requirements)

    assert _word_in(venv) == "ciao"


def test_a_package_with_another_hash_is_refused(tmp_path: Path, requirements: Path) -> None:
    _pin_uv(requirements, UV_THAT_FAILS)
    pinned = (requirements / "dev.txt").read_text().partition("sha256:")[0]
    (requirements / "dev.txt").write_text(f"{pinned}sha256:{'0' * 64}\n")

    with pytest.raises(subprocess.CalledProcessError):
        install(tmp_path / "venv", requirements=requirements)
