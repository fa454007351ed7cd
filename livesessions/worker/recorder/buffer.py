"""A bounded, ordered buffer of rows that wait to be written."""

import sys
from collections import Counter, deque
from itertools import islice
from uuid import UUID

from livesessions.worker.recorder.rows import EventRow

# Measured: a row without its text, that is the tuple, its two times, and the strings it does not share.
ROW_BYTES = 700


class EventBuffer:
    """Stores rows until they are written. When it is full, new rows are refused and counted by session."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._rows: deque[EventRow] = deque()
        self._held_bytes = 0
        self.added = 0
        self.refused: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def written(self) -> int:
        """The number of rows that were released since the start."""
        return self.added - len(self._rows)

    def add(self, row: EventRow) -> bool:
        """Store a row; return False when the buffer is full."""
        size = _size(row)
        if self._held_bytes + size > self._capacity_bytes:
            self.refused[row.session_id] += 1
            return False
        self._held_bytes += size
        self._rows.append(row)
        self.added += 1
        return True

    def oldest(self, number: int) -> list[EventRow]:
        """Return the oldest rows; they stay until `release`, because writing them may fail."""
        return list(islice(self._rows, number))

    def release(self, number: int) -> None:
        """Remove the oldest rows, once they are written."""
        for _ in range(number):
            self._held_bytes -= _size(self._rows.popleft())


def _size(row: EventRow) -> int:
    return ROW_BYTES + sys.getsizeof(row.text)
