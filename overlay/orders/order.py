"""An order to the open pages of an overlay, which reaches them by every way there is."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from overlay.connection import wire


class OrderKind(StrEnum):
    """What an order makes the pages do."""

    MUTE = "mute"
    UNMUTE = "unmute"
    END = "end"  # stop the voice and go off air


@dataclass(frozen=True, slots=True)
class Order:
    """An order to all open pages of an overlay. A page may receive it several times."""

    overlay_id: UUID
    kind: OrderKind

    @property
    def frames(self) -> list[str]:
        """The text frames that carry it out on a page, in order."""
        messages: list[wire.MessageToPage]
        match self.kind:
            case OrderKind.END:
                messages = [{"type": "cut", "utterance": None}, {"type": "live", "live": False}]
            case kind:
                messages = [{"type": "mute", "muted": kind is OrderKind.MUTE}]
        return [wire.encode(message) for message in messages]


def encode_order(order: Order) -> str:
    """Return an order as JSON, for a notification of PostgreSQL."""
    return json.dumps(asdict(order), default=str)


def decode_order(text: str) -> Order:
    """Parse what `encode_order` returned; raise KeyError, TypeError or ValueError."""
    fields = json.loads(text)
    return Order(UUID(fields["overlay_id"]), OrderKind(fields["kind"]))
