import json
import struct
from uuid import UUID

import pytest

from overlay import wire
from speech.stage.audio import AudioChunk

UTTERANCE = UUID("12345678-9abc-4def-8123-456789abcdef")
LONG = "x" * 500


def test_audio_survives_the_way() -> None:
    chunk = AudioChunk(bytes(range(200)), 22_050)
    frame = wire.pack_audio(UTTERANCE, 4_000_000_000, chunk)
    assert wire.unpack_audio(frame) == wire.AudioFrame(UTTERANCE, 4_000_000_000, chunk)


def test_a_frame_is_a_header_of_25_bytes_and_pcm() -> None:
    frame = wire.pack_audio(UTTERANCE, 7, AudioChunk(b"\x01\x02", 24_000))
    assert frame == b"\x01" + UTTERANCE.bytes + struct.pack(">II", 7, 24_000) + b"\x01\x02"


@pytest.mark.parametrize(
    "chunk", [AudioChunk(b"odd", 24_000), AudioChunk(b"", 0), AudioChunk(b"", 7_999), AudioChunk(b"", 96_001)]
)
def test_what_no_page_can_play_is_not_packed(chunk: AudioChunk) -> None:
    with pytest.raises(wire.MalformedMessage):
        wire.pack_audio(UTTERANCE, 0, chunk)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x01",
        wire.HEADER.pack(2, UTTERANCE.bytes, 0, 24_000),
        wire.HEADER.pack(1, UTTERANCE.bytes, 0, 1),
        wire.HEADER.pack(1, UTTERANCE.bytes, 0, 24_000) + b"\x00",
    ],
)
def test_a_broken_frame_is_malformed(frame: bytes) -> None:
    with pytest.raises(wire.MalformedMessage):
        wire.unpack_audio(frame)


def test_text_frames_are_ascii_even_for_a_lone_surrogate() -> None:
    frame = wire.encode({"type": "chat", "id": "1", "name": "\ud83d", "text": "così 🌶 ‮", "kind": "comment"})
    assert frame.isascii()
    assert json.loads(frame)["text"] == "così 🌶 ‮"


@pytest.mark.parametrize(
    ("message", "phase", "played_ms"),
    [
        ({"type": "started"}, "started", None),
        ({"type": "ended", "played_ms": 1_200}, "ended", 1_200),
        ({"type": "cut_done", "played_ms": 0}, "cut", 0),
        ({"type": "cut_done"}, "cut", None),
    ],
)
def test_an_acknowledgement_is_read(message: dict[str, object], phase: str, played_ms: int | None) -> None:
    ack = wire.parse_acknowledgement(json.dumps({**message, "utterance": str(UTTERANCE)}))
    assert ack == wire.Acknowledgement(UTTERANCE, phase, played_ms)  # type: ignore[arg-type]


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
        f'{{"type": "started", "utterance": "{UTTERANCE}", "more": "{LONG}"}}',
    ],
)
def test_anything_else_is_malformed(frame: str) -> None:
    with pytest.raises(wire.MalformedMessage):
        wire.parse_acknowledgement(frame)
