"""Says how many more streams a worker can carry, by what they really use."""

from uuid import UUID

from encoder.broadcast.report import StreamReport

# Cores that a looped stream needs: what `make bench-encoder` measures, with room for voice and music.
LOOP_CORES = 0.03


class StreamCapacity:
    """Counts the streams of a worker, which may use so many `cores`.

    A stream counts with what it should use, or with what it uses if that is more.
    """

    def __init__(self, cores: float) -> None:
        self._cores = cores
        self._used: dict[UUID, float] = {}

    @property
    def running(self) -> int:
        return len(self._used)

    @property
    def room(self) -> int:
        """How many more looped streams fit."""
        return max(0, int((self._cores - sum(self._used.values())) / LOOP_CORES + 1e-9))

    def add(self, live_id: UUID) -> None:
        """Count a stream that begins."""
        self._used[live_id] = LOOP_CORES

    def note(self, live_id: UUID, report: StreamReport) -> None:
        """Take what a stream really uses."""
        if live_id in self._used:
            self._used[live_id] = max(LOOP_CORES, report["cpu"])

    def remove(self, live_id: UUID) -> None:
        """Count a stream no more."""
        self._used.pop(live_id, None)
