"""Rows on their way to the database: in order, and no more of them than there is memory for."""

import sys
from collections import Counter, deque
from itertools import islice
from uuid import UUID

from livesessions.worker.recorder.rows import EventRow

# A row without its text, measured: the tuple, its two times, and the strings that no other row shares.
ROW_BYTES = 700


class EventBuffer:
    """Holds rows until they are written. When it is full the newest are refused, and counted by session."""

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
        """How many of all rows that were added have left again."""
        return self.added - len(self._rows)

    def add(self, row: EventRow) -> bool:
        """Keep a row; return False when there is no room for it."""
        size = _size(row)
        if self._held_bytes + size > self._capacity_bytes:
            self.refused[row.session_id] += 1
            return False
        self._held_bytes += size
        self._rows.append(row)
        self.added += 1
        return True

    def oldest(self, number: int) -> list[EventRow]:
        """Return the oldest rows; they stay here until `release`, since writing them may fail."""
        return list(islice(self._rows, number))

    def release(self, number: int) -> None:
        """Let the oldest rows go."""
        for _ in range(number):
            self._held_bytes -= _size(self._rows.popleft())


def _size(row: EventRow) -> int:
    return ROW_BYTES + sys.getsizeof(row.text)
