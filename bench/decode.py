"""Measures µs per TikTok message by kind: our decoding against the library's, over a capture.

Kinds marked unread hold nothing for us: they are counted and not decoded.
"""

import gzip
import json
import time
import warnings
from argparse import ArgumentParser
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.report import BenchError, Target, reported
from chatsources import webcast_pb2 as pb
from chatsources.errors import SourceError
from chatsources.push_socket import read_frame
from chatsources.webcast import BUILDERS, WebcastDecoder

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from TikTokLive.events.proto_events import EVENT_MAPPINGS

TARGETS = (Target("per_message_us", at_most=20.0, scaled=True),)
BATCH_SIZE = 10
OUR_ROUNDS = 300
LIBRARY_ROUNDS = 3
HEADING = f"{'message':<34}{'number':>7}{'bytes':>8}{'library µs':>12}{'ours µs':>10}{'times':>8}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.decode", description=__doc__)
    parser.add_argument(
        "capture", nargs="?", type=Path, default=settings.RECORDINGS_DIR / "tiktok_capture.jsonl"
    )
    capture = parser.parse_args(arguments).capture
    with reported(TARGETS) as figures:
        figures |= measure(read_messages(capture))


def measure(messages: list[pb.Envelope]) -> dict[str, Any]:
    """Return the figures; print a row for each kind of message."""
    kinds = defaultdict(list)
    for message in messages:
        kinds[message.method].append(message)
    print(HEADING)
    decode_us, library_us = {}, {}
    for kind, group in sorted(kinds.items(), key=lambda item: -len(item[1])):
        decode_us[kind] = decode_cost_us(group)
        library_us[kind] = library_cost_us(kind, group)
        _print(kind, group, decode_us[kind], library_us[kind])
    numbers = {kind: len(group) for kind, group in kinds.items()}
    return _figures(numbers, decode_us, library_us, frame_cost_us(messages))


def _print(kind: str, messages: list[pb.Envelope], ours: float, library: float) -> None:
    size = sum(len(message.payload) for message in messages) // len(messages)
    times = f"{library / ours:.0f}" if kind in BUILDERS else "unread"
    print(f"{kind:<34}{len(messages):>7}{size:>8}{library:>12.1f}{ours:>10.2f}{times:>8}")


def read_messages(capture: Path) -> list[pb.Envelope]:
    try:
        lines = capture.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        messages = [
            pb.Envelope(
                method=entry["method"],
                payload=b64decode(entry["payload"], validate=True),
                msg_id=int(entry["msg_id"]),
            )
            for entry in entries
        ]
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise BenchError(f"{capture} is no capture of webcast messages.") from error
    if not messages:
        raise BenchError(f"{capture} is empty.")
    return messages


def cost_us(work: Callable[[], None], messages: int, rounds: int) -> float:
    """Return the µs that `work` takes for each of its messages: the best round, the others were disturbed."""
    best_s = float("inf")
    for _ in range(rounds):
        began_s = time.perf_counter()
        work()
        best_s = min(best_s, time.perf_counter() - began_s)
    return best_s / messages * 1e6


def decode_cost_us(messages: list[pb.Envelope]) -> float:
    """From the encoded message to the `LiveEvent`."""
    decoder, received_at = WebcastDecoder(), datetime.now(UTC)

    def decode() -> None:
        for message in messages:
            try:
                decoder.decode(
                    message.method, message.payload, received_at=received_at, msg_id=message.msg_id
                )
            except SourceError:
                continue  # the message that says that a live is suspended

    return cost_us(decode, len(messages), OUR_ROUNDS)


def library_cost_us(kind: str, messages: list[pb.Envelope]) -> float:
    """From the encoded message to the library's event; nothing for a kind that the library does not know."""
    event_type = EVENT_MAPPINGS.get(kind)
    if event_type is None:
        return 0.0

    def decode() -> None:
        for message in messages:
            event_type().parse(message.payload)

    return cost_us(decode, len(messages), LIBRARY_ROUNDS)


def frame_cost_us(messages: list[pb.Envelope]) -> float:
    """Return what a message costs from the socket's bytes to its envelope: its share of a gzipped frame."""
    frames = []
    for first in range(0, len(messages), BATCH_SIZE):
        batch = pb.FetchResult(messages=messages[first : first + BATCH_SIZE])
        frame = pb.PushFrame(payload_type="msg", payload=gzip.compress(batch.SerializeToString()))
        frame.headers["compress_type"] = "gzip"
        frames.append(frame.SerializeToString())

    def read() -> None:
        for frame in frames:
            read_frame(frame)

    return cost_us(read, len(messages), OUR_ROUNDS)


def _figures(
    numbers: dict[str, int], decode_us: dict[str, float], library_us: dict[str, float], frame_us: float
) -> dict[str, Any]:
    total = sum(numbers.values())
    ours_us = sum(decode_us[kind] * number for kind, number in numbers.items()) / total
    return {
        "messages": total,
        "decode_us": round(ours_us, 2),
        "frame_us": round(frame_us, 2),
        "per_message_us": round(ours_us + frame_us, 2),
        "library_us": round(sum(library_us[kind] * number for kind, number in numbers.items()) / total, 1),
        "decode_us_by_kind": {kind: round(cost, 2) for kind, cost in decode_us.items()},
        "library_us_by_kind": {kind: round(cost, 1) for kind, cost in library_us.items()},
    }


if __name__ == "__main__":
    main()
