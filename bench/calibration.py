"""Times a fixed pure-Python loop, so that runs on machines of different speed can be compared."""

import statistics
import time

ROUNDS = 15
STEPS = 40_000
WORDS = tuple(f"Word{number} of {number * 7919 % 101}" for number in range(97))


def loop_times_ms(rounds: int = ROUNDS) -> list[float]:
    """Return how long each round of the loop took, in milliseconds of CPU time.

    CPU time tells a slow machine from a busy one: waiting for a core makes no figure's target easier.
    """
    return [_time_ms() for _ in range(rounds)]


def calibration_ms(times_ms: list[float]) -> float:
    """Return the calibration figure of some rounds: their median."""
    return round(statistics.median(times_ms), 3)


def _time_ms() -> float:
    began_s = time.thread_time()
    _loop()
    return (time.thread_time() - began_s) * 1000


def _loop() -> int:
    """Do what the product's Python mostly does: small strings, dictionaries, calls and integers."""
    counts: dict[str, int] = {}
    total = 0
    for step in range(STEPS):
        first, _, last = WORDS[step % len(WORDS)].lower().partition(" of ")
        counts[first] = counts.get(first, 0) + len(last)
        total = (total * 31 + step) % 1_000_003
    return total + len(counts)


if __name__ == "__main__":
    print(calibration_ms(loop_times_ms()))
