import json
from typing import Any
from uuid import UUID

import pytest

from overlay.connection.reports import (
    Acknowledgement,
    ConnectQuery,
    FramesReceived,
    Heartbeat,
    PageDescription,
    ReplayPosition,
    SoundReport,
    parse_connect_query,
    parse_report,
)
from overlay.connection.wire import MalformedMessage

UTTERANCE = UUID("12345678-9abc-4def-8123-456789abcdef")
LONG = "x" * 1_100
HELLO: dict[str, Any] = {
    "type": "hello",
    "page": 2,
    "software": "obs",
    "version": "31.0.2",
    "width": 1080,
    "height": 1920,
    "pixel_ratio": 1,
    "audio": "worklet",
    "visible": True,
    "active": False,
}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"type": "started"}, Acknowledgement(UTTERANCE, "started")),
        ({"type": "ended", "played_ms": 1_200}, Acknowledgement(UTTERANCE, "ended", 1_200)),
        ({"type": "cut_done", "played_ms": 0}, Acknowledgement(UTTERANCE, "cut", 0)),
        ({"type": "cut_done"}, Acknowledgement(UTTERANCE, "cut")),
        (
            {
                "type": "ended",
                "played_ms": 900,
                "level_db": -17,
                "underruns": 2,
                "underrun_ms": 80,
                "context": "running",
            },
            Acknowledgement(UTTERANCE, "ended", 900, -17.0, 2, 80, "running"),
        ),
        ({"type": "ended", "context": "<b>"}, Acknowledgement(UTTERANCE, "ended")),
    ],
)
def test_an_acknowledgement_is_read(message: dict[str, object], told: Acknowledgement) -> None:
    assert parse_report(json.dumps({**message, "utterance": str(UTTERANCE)})) == told


def test_what_a_page_says_of_itself_is_read() -> None:
    greeting = parse_report(json.dumps(HELLO))
    assert greeting == PageDescription(2, "obs", "31.0.2", 1080, 1920, 1.0, "worklet", True, False)
    assert parse_report('{"type": "sound", "state": "blocked"}') == SoundReport("blocked")
    assert parse_report('{"type": "ping"}') == Heartbeat()
    assert parse_report('{"type": "got", "frames": 8}') == FramesReceived(8)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        "[" * 500,
        "[]",
        "null",
        '{"type": ["started"]}',
        '{"type": "started"}',
        '{"type": "started", "utterance": 5}',
        '{"type": "started", "utterance": "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"}',
        f'{{"type": "state", "utterance": "{UTTERANCE}"}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "played_ms": true}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "played_ms": -1}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "played_ms": 1.5}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "played_ms": 99999999999}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "level_db": -Infinity}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "level_db": NaN}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "level_db": "-17"}}',
        f'{{"type": "ended", "utterance": "{UTTERANCE}", "underruns": -1}}',
        f'{{"type": "started", "utterance": "{UTTERANCE}", "more": "{LONG}"}}',
        '{"type": "sound", "state": "deaf"}',
        '{"type": "sound", "state": ["ok"]}',
        '{"type": "got", "frames": -1}',
        '{"type": "got"}',
        *(
            json.dumps({**HELLO, **wrong})
            for wrong in (
                {"software": "winamp"},
                {"version": "<script>"},
                {"version": "1" * 31},
                {"width": -1},
                {"height": 1e9},
                {"pixel_ratio": float("nan")},
                {"audio": "tape"},
                {"visible": 1},
                {"active": None},
            )
        ),
    ],
)
def test_anything_else_is_malformed(frame: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_report(frame)


@pytest.mark.parametrize(
    ("query", "arrival"),
    [
        (b"", ConnectQuery(1, None)),
        (b"version=2", ConnectQuery(2, None)),
        (b"version=2&sequence=-1", ConnectQuery(2, ReplayPosition(None, -1))),
        (
            f"version=2&utterance={UTTERANCE}&sequence=7".encode(),
            ConnectQuery(2, ReplayPosition(UTTERANCE, 7)),
        ),
        (f"version=9&utterance={UTTERANCE}&sequence=-2".encode(), ConnectQuery(1, None)),
        (b"utterance=x&sequence=7", ConnectQuery(1, None)),
        (b"sequence=\xff", ConnectQuery(1, None)),
        (b"&".join(b"a=1" for _ in range(50)), ConnectQuery(1, None)),
    ],
)
def test_how_far_a_page_has_got_is_in_the_address(query: bytes, arrival: ConnectQuery) -> None:
    assert parse_connect_query(query) == arrival
