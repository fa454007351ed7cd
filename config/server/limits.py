"""How much a request may contain, by its address.

The proxy in front has the same figures, see docs/operations.md.
"""

import re
from dataclasses import dataclass
from typing import Final

from knowledge.forms import UPLOAD_BYTES
from moderation.forms import LARGEST_FILE as WORD_LIST_BYTES
from overlay.editor.pictures import MAX_BYTES as PICTURE_BYTES
from rehearsals.rehearsal.chat_file import MAX_BYTES as CHAT_FILE_BYTES

MEGABYTE: Final = 1_000_000
DEFAULT_BODY_BYTES: Final = MEGABYTE
MULTIPART: Final = b"multipart/form-data"
FORM: Final = b"application/x-www-form-urlencoded"
# A form with a file also has other fields, and a file that is a little too large gets the form's own message.
BESIDE_A_FILE: Final = MEGABYTE
WEBHOOK_BYTES: Final = 262_144

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 16_384  # of the request line and all headers together
MAX_FIELDS: Final = 1_000  # of a query string or a form; Django has the same limit
MAX_SOCKET_MESSAGE_BYTES: Final = 65_536
# A chunked body in pieces smaller than this, on average, costs more to read than it contains.
MIN_CHUNK_BYTES: Final = 64
FREE_CHUNKS: Final = 1_000  # before the average counts


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Addresses that accept more or less than `DEFAULT_BODY_BYTES`, and how many bytes."""

    path: re.Pattern[bytes]
    most: int
    only_multipart: bool = True  # a file travels in no other form


_ID = rb"[0-9a-f-]{36}"
BODY_LIMITS: Final = (
    BodyLimit(re.compile(rb"/knowledge/upload/"), UPLOAD_BYTES + BESIDE_A_FILE),
    BodyLimit(re.compile(rb"/knowledge/text/"), 2_500_000, only_multipart=False),
    BodyLimit(re.compile(rb"/shows/%b/overlay/" % _ID), PICTURE_BYTES + BESIDE_A_FILE),
    BodyLimit(re.compile(rb"/api/v1/shows/%b/overlay/picture/" % _ID), PICTURE_BYTES + BESIDE_A_FILE),
    BodyLimit(re.compile(rb"/shows/%b/rehearsals/new/" % _ID), CHAT_FILE_BYTES + BESIDE_A_FILE),
    BodyLimit(re.compile(rb"/policies/%b/import/" % _ID), WORD_LIST_BYTES + BESIDE_A_FILE),
    # Two lists of up to 20,000 words as text; Django's own limit for a form without files is the same.
    BodyLimit(re.compile(rb"/policies/%b/(try/)?" % _ID), 2_500_000, only_multipart=False),
    # Stripe's events are some KB. Who has no signature is refused, but only after the body is read.
    BodyLimit(re.compile(rb"/stripe/webhook/%b/" % _ID), WEBHOOK_BYTES, only_multipart=False),
)


def body_limit(path: bytes, content_type: bytes) -> int:
    """Return how many bytes the body of a request to this path may have."""
    for limit in BODY_LIMITS:
        if limit.path.fullmatch(path) and (is_of(MULTIPART, content_type) or not limit.only_multipart):
            return limit.most
    return DEFAULT_BODY_BYTES


def is_of(kind: bytes, content_type: bytes) -> bool:
    """Return whether a Content-Type header names this kind, whatever its parameters."""
    return content_type.partition(b";")[0].strip().lower() == kind
