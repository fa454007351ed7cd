"""nginx with its RTMP module: the server that a stream is tested against, where it is installed or unpacked.

`python -m tests.fakes.nginx_rtmp` downloads Debian's packages and unpacks them below `.local/`, without
installing anything. Without nginx the tests that need it are skipped, and say so.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.architecture.sources import ROOT
from tests.patience import PATIENCE_S

UNPACKED = ROOT / ".local" / "nginx-rtmp"
PACKAGES = ("nginx", "libnginx-mod-rtmp")
MODULE = "usr/lib/nginx/modules/ngx_rtmp_module.so"
HOW = "no nginx with libnginx-mod-rtmp: install both, or run `python -m tests.fakes.nginx_rtmp` on Debian"

CONFIGURATION = """
load_module {module};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{http_port};
    location /stat {{ rtmp_stat all; }}
    location /key {{ if ($arg_name !~ "^{key}") {{ return 403; }} return 200; }}
  }}
}}
rtmp {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    application live {{
      live on; record {record}; record_path {folder}/recordings; record_unique on;
      on_publish http://127.0.0.1:{http_port}/key; notify_method get;
    }}
  }}
}}
"""


@dataclass(slots=True)
class NginxRtmp:
    """A running server, or one that is down for a while."""

    folder: Path
    program: Path
    port: int
    http_port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live"

    def start(self) -> None:
        command = [str(self.program), "-p", str(self.folder), "-e", str(self.folder / "error.log")]
        self.process = subprocess.Popen([*command, "-c", str(self.folder / "nginx.conf")])

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def recordings(self) -> list[bytes]:
        files = sorted((self.folder / "recordings").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes() for path in files]

    def stat(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.http_port}/stat", timeout=PATIENCE_S) as answer:
            return str(answer.read().decode())


def find_nginx() -> tuple[Path, Path] | None:
    """Return the program and the module; None when they are missing."""
    for root in (Path("/"), UNPACKED):
        program, module = root / "usr/sbin/nginx", root / MODULE
        if program.exists() and module.exists():
            return program, module
    return None


@contextmanager
def run_nginx(
    folder: Path, *, port: int, http_port: int, key: str, records: bool = True
) -> Iterator[NginxRtmp]:
    """Run a server that accepts streams whose key begins with `key` and records them."""
    found = find_nginx()
    assert found is not None, HOW
    program, module = found
    (folder / "recordings").mkdir(parents=True, exist_ok=True)
    record = "all" if records else "off"
    text = CONFIGURATION.format(
        module=module, folder=folder, port=port, http_port=http_port, key=key, record=record
    )
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    server = NginxRtmp(folder, program, port, http_port)
    server.start()
    try:
        yield server
    finally:
        server.thaw()
        server.kill()


def main() -> int:
    """Unpack Debian's packages; return 1, with what to do, where that is not possible."""
    if find_nginx():
        return 0
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if not apt or not dpkg:
        print(HOW, file=sys.stderr)
        return 1
    UNPACKED.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([apt, "download", *PACKAGES], cwd=UNPACKED, check=True, stdout=subprocess.DEVNULL)
        for package in UNPACKED.glob("*.deb"):
            subprocess.run([dpkg, "-x", package, UNPACKED], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{HOW} ({error})", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
