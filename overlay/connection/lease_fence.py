"""Refuses, at a page's socket, the messages of a worker that has lost its live."""

NO_LEASE = 0  # of what no live says, such as an overlay test


class LeaseFence:
    """Tracks which worker may speak on an overlay, by the numbers of leases; they only rise.

    A worker that was frozen, or cut off from the database, may still send when another one holds its live.
    """

    def __init__(self) -> None:
        self._current = NO_LEASE
        self._silenced = NO_LEASE

    def admits(self, lease: int, *, of_voice: bool = True) -> bool:
        """Return whether a message of a lease may reach the page, and refuse earlier leases from now on."""
        if lease == NO_LEASE:
            return True
        if lease < self._current:
            return False
        self._current = lease
        return not of_voice or lease > self._silenced

    def silence(self, lease: int) -> None:
        """Refuse the voice of a lease and of all before it: its live was stopped."""
        self._silenced = max(self._silenced, lease)
