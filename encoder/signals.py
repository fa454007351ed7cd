"""Signals between the streams and the apps above them."""

from dataclasses import dataclass
from uuid import UUID

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class StreamUse:
    """What is streamed, such as a show. `address` is its page; `archived_at` is set when it is only read.

    `is_managed`: its lives are streamed by us, and not by the user's own program.
    """

    id: UUID
    name: str
    address: str
    archived_at: object = None
    is_managed: bool = False


# Arguments: tenant, use_id. The receiver that knows a use of this id in the tenant returns its `StreamUse`;
# every other receiver returns None.
stream_use_asked = Signal()

# Arguments: use_id. Sent when the target of a use is stored, and when somebody wants another attempt.
stream_renewed = Signal()
