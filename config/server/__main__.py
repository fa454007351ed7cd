"""Runs the web app: `python -m config.server`. With a role, only its pages or only its sockets."""

import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from config.server.front import Front, inherited_socket, listening_socket
from config.server.roles import Role


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    if given.accepted is not None:
        return _serve(given.role, accepted=socket.socket(fileno=given.accepted))
    try:
        listener = (
            inherited_socket(given.fd) if given.fd is not None else listening_socket(given.host, given.port)
        )
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {given.host}, port {given.port}: {error.strerror}.\n")
        return 1
    if given.role == Role.BOTH:
        return Front(listener).run()
    return _serve(given.role, listener=listener)


def _serve(role: Role, **source: socket.socket) -> int:
    # Not at the top: the front does without Django, and so takes little memory.
    from config.server.process import serve

    return serve(role, **source)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m config.server", description=__doc__)
    parser.add_argument(
        "--role",
        type=Role,
        choices=list(Role),
        default=Role.BOTH,
        help="pages, sockets, or both at one address by two processes (the default)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--fd", type=int, help="the number of an open socket that listens already")
    parser.add_argument("--accepted", type=int, help="used by the process that accepts connections")
    return parser


if __name__ == "__main__":
    sys.exit(main())
