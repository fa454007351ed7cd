"""What a serving process serves, and the words that it shares with the process that accepts connections."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """`BOTH` is everything at one address, by two processes and a third one that accepts."""

    PAGES = "pages"
    SOCKETS = "sockets"
    BOTH = "both"


SOCKET_PATHS: Final = b"/ws/"
SOCKET_START: Final = b"GET " + SOCKET_PATHS  # of a request for a socket
READY: Final = b"r"  # a serving process says it once
CONNECTION: Final = b"c"  # travels with each accepted connection
