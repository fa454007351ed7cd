"""Asks a process of this machine whether it works: `python -m config.server.health PORT…`.

For the health checks of containers, whose image has no other client. The first port that answers decides;
without Django, so that a check costs little. Exits with 0 when the process works.
"""

import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from typing import Final

TIMEOUT_S: Final = 4.0


def main(ports: Sequence[str]) -> int:
    """Return 0 when the first of the ports that answers says that its process works, else 1."""
    for port in map(int, ports):
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/healthz")
            return 0 if connection.getresponse().status == 200 else 1
        except (OSError, HTTPException):
            continue
        finally:
            connection.close()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
