"""Lines that one helper speaks side by side: whose piece is made next."""

from collections.abc import Generator
from queue import SimpleQueue

from speech.providers.embedded import helper_process as wire
from speech.providers.embedded.turns import MOST_OPEN, LinesByDueTime

RATE_HZ = 1_000
PIECE = b"\0" * RATE_HZ  # half a second


class FakeReader:
    def __init__(self) -> None:
        self.requests: SimpleQueue[wire.Request] = SimpleQueue()
        self.cancelled: set[int] = set()

    def is_cancelled(self, line_id: int) -> bool:
        return line_id in self.cancelled

    def finish(self, line_id: int) -> None:
        self.cancelled.discard(line_id)


class FakeEngine:
    """Speaks a piece for each text, and closes what is cut."""

    sample_rate_hz = RATE_HZ

    def __init__(self) -> None:
        self.closed: list[int] = []

    def pieces(self, request: wire.Request) -> Generator[bytes, None, int]:
        try:
            for _ in request["texts"]:
                yield PIECE
        finally:
            self.closed.append(request["id"])
        return wire.END if request["texts"] else wire.NO_SOUND


class Helper:
    """The loop of a helper, step by step. `sent` holds the line and the kind of each frame."""

    def __init__(self) -> None:
        self.reader, self.engine, self.now_s = FakeReader(), FakeEngine(), 0.0
        self.sent: list[tuple[int, int]] = []
        self._lines = LinesByDueTime(
            self.engine,
            self.reader,  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            next_piece_in_s=0.001,
            now_s=lambda: self.now_s,
        )

    def send(self, kind: int, line_id: int, payload: bytes = b"") -> None:
        self.sent.append((line_id, kind))

    def ask(self, line_id: int, pieces: int) -> None:
        self.reader.requests.put(
            wire.Request(id=line_id, texts=["a"] * pieces, voices=["v"], speed=1.0, pitch=1.0)
        )

    def run(self, steps: int) -> list[int]:
        """Take steps; return the lines of the frames that they sent."""
        before = len(self.sent)
        for _ in range(steps):
            self._lines.run_once()
        return [line_id for line_id, _ in self.sent[before:]]


def test_a_new_line_comes_before_the_rest_of_one_that_has_begun() -> None:
    helper = Helper()
    helper.ask(1, pieces=6)
    assert helper.run(3) == [1, 1, 1]
    helper.now_s = 0.1
    helper.ask(2, pieces=2)
    assert helper.run(3) == [2, 2, 2], "its two pieces and its end are due before 1.5 s of the first are over"
    assert helper.run(4) == [1, 1, 1, 1]
    assert helper.sent[-1] == (1, wire.END)


def test_lines_that_began_together_take_turns() -> None:
    helper = Helper()
    for line_id in (1, 2, 3):
        helper.ask(line_id, pieces=2)
    assert helper.run(6) == [1, 2, 3, 1, 2, 3]


def test_a_line_that_waits_long_is_not_overtaken_for_ever() -> None:
    helper = Helper()
    helper.ask(1, pieces=3)
    helper.run(2)
    helper.now_s = 1.2  # what was made has been heard
    helper.ask(2, pieces=9)
    assert helper.run(3) == [1, 2, 1]


def test_a_cut_line_is_ended_at_its_next_turn_and_its_voice_is_free() -> None:
    helper = Helper()
    helper.ask(1, pieces=9)
    helper.run(1)
    helper.reader.cancelled.add(1)
    assert helper.run(1) == [1]
    assert helper.sent[-1] == (1, wire.END)
    assert helper.engine.closed == [1]
    assert helper.reader.cancelled == set()


def test_no_more_lines_than_voices_are_open() -> None:
    helper = Helper()
    for line_id in range(MOST_OPEN + 2):
        helper.ask(line_id, pieces=2)
    assert set(helper.run(2 * MOST_OPEN)) == set(range(MOST_OPEN))
    assert helper.run(MOST_OPEN)[0] == 0
    helper.run(6)
    assert [line_id for line_id, kind in helper.sent if kind == wire.END] == list(range(MOST_OPEN + 2))


def test_a_line_without_sound_says_so() -> None:
    helper = Helper()
    helper.ask(1, pieces=0)
    helper.run(1)
    assert helper.sent == [(1, wire.NO_SOUND)]
