"""The rows of the event log as plain tuples, which are cheaper than model instances at thousands a second."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

MAX_COUNT = 2**63 - 1
MAX_DIAMONDS = 2**31 - 1


class EventRow(NamedTuple):
    """One row of the event log; the fields are its columns. `session_month` is the session's month."""

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
    count: int = 1  # type: ignore[assignment]  # the column's name hides the method `tuple.count`
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
    """A request to erase text and names: of some events of a session, and of all comments of some viewers.

    It is due when the event numbered `after`, and all before it, have been written.
    """

    after: int
    session_id: UUID
    source_ids: list[str]
    viewer_hashes: list[str]
