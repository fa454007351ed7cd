"""An order to the open pages of an overlay, which reaches them by every way there is."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from overlay.connection import wire
from overlay.connection.lease_fence import NO_LEASE


class OrderKind(StrEnum):
    """What an order makes the pages do."""

    MUTE = "mute"
    UNMUTE = "unmute"
    END = "end"  # stop the voice and go off air
    LEASED = "leased"  # a worker holds the live: accept nothing of those before it


@dataclass(frozen=True, slots=True)
class Order:
    """An order to all open pages of an overlay. A page may receive it several times.

    `lease` is the number of the live's lease when it was given, for the kinds that depend on it.
    """

    overlay_id: UUID
    kind: OrderKind
    lease: int = NO_LEASE

    @property
    def event(self) -> dict[str, Any]:
        """The order as an event of the sockets' group."""
        return {
            "type": "overlay.order",
            "kind": self.kind.value,
            "lease": self.lease,
            "frames": self.frames,
        }

    @property
    def frames(self) -> list[str]:
        """The text frames that carry it out on a page, in order."""
        messages: list[wire.MessageToPage]
        match self.kind:
            case OrderKind.LEASED:
                messages = []
            case OrderKind.END:
                messages = [{"type": "cut", "utterance": None}, {"type": "live", "live": False}]
            case OrderKind.MUTE | OrderKind.UNMUTE:
                messages = [{"type": "mute", "muted": self.kind is OrderKind.MUTE}]
        return [wire.encode(message) for message in messages]


def encode_order(order: Order) -> str:
    """Return an order as JSON, for a notification of PostgreSQL."""
    return json.dumps(asdict(order), default=str)


def decode_order(text: str) -> Order:
    """Parse what `encode_order` returned; raise KeyError, TypeError or ValueError."""
    fields = json.loads(text)
    return Order(UUID(fields["overlay_id"]), OrderKind(fields["kind"]), int(fields["lease"]))
