"""What is written: the event log's rows as plain tuples, since thousands a second pass through here."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

MAX_COUNT = 2**63 - 1
MAX_DIAMONDS = 2**31 - 1


class EventRow(NamedTuple):
    """One row of the event log; the fields are its columns. The month is the session's, not the event's."""

    tenant_id: UUID
    session_id: UUID
    session_month: date
    source_id: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    viewer_hash: str = ""
    viewer_name: str = ""
    text: str = ""
    count: int = 1  # type: ignore[assignment]  # the column's name; nobody counts in a row
    gift_id: str = ""
    gift_name: str = ""
    diamonds: int = 0
    streak_id: str = ""
    streak_open: bool = False
    risk: str = ""
    action: str = ""
    reasons: str = "[]"  # JSON
    deleted: bool = False


class Deletion(NamedTuple):
    """Whose text and name are to be erased: certain events of a session, and all of certain viewers.

    It is due when the event numbered `after`, and with it all that came before, has been written.
    """

    after: int
    session_id: UUID
    source_ids: list[str]
    viewer_hashes: list[str]
