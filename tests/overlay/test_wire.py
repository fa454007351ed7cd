import json
import struct
from uuid import UUID

import pytest

from overlay.connection import wire
from speech.stage.audio import AudioChunk

UTTERANCE = UUID("12345678-9abc-4def-8123-456789abcdef")


def test_audio_survives_the_way() -> None:
    chunk = AudioChunk(bytes(range(200)), 22_050)
    frame = wire.AudioFrame(UTTERANCE, 4_000_000_000, chunk, 3_999_999_999, 5)
    assert wire.unpack_audio(wire.pack_audio(frame)) == frame


def test_a_frame_is_a_header_of_33_bytes_and_pcm() -> None:
    frame = wire.AudioFrame(UTTERANCE, 7, AudioChunk(b"\x01\x02", 24_000), 200_000, 2**32 + 9)
    assert wire.pack_audio(frame) == (
        b"\x02" + UTTERANCE.bytes + struct.pack(">IIII", 7, 24_000, 200_000, 9) + b"\x01\x02"
    )


def test_a_frame_of_version_1_is_the_same_without_times() -> None:
    frame = wire.pack_audio(wire.AudioFrame(UTTERANCE, 7, AudioChunk(b"\x01\x02", 24_000), 200_000, 9))
    assert wire.without_times(frame) == (
        b"\x01" + UTTERANCE.bytes + struct.pack(">II", 7, 24_000) + b"\x01\x02"
    )


@pytest.mark.parametrize(
    "chunk", [AudioChunk(b"odd", 24_000), AudioChunk(b"", 0), AudioChunk(b"", 7_999), AudioChunk(b"", 96_001)]
)
def test_what_no_page_can_play_is_not_packed(chunk: AudioChunk) -> None:
    with pytest.raises(wire.MalformedMessage):
        wire.pack_audio(wire.AudioFrame(UTTERANCE, 0, chunk))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x01",
        wire.HEADER.pack(1, UTTERANCE.bytes, 0, 24_000, 0, 0),
        wire.HEADER.pack(2, UTTERANCE.bytes, 0, 1, 0, 0),
        wire.HEADER.pack(2, UTTERANCE.bytes, 0, 24_000, 0, 0) + b"\x00",
    ],
)
def test_a_broken_frame_is_malformed(frame: bytes) -> None:
    with pytest.raises(wire.MalformedMessage):
        wire.unpack_audio(frame)


def test_text_frames_are_ascii_even_for_a_lone_surrogate() -> None:
    frame = wire.encode({"type": "chat", "id": "1", "name": "\ud83d", "text": "così 🌶 ‮", "kind": "comment"})
    assert frame.isascii()
    assert json.loads(frame)["text"] == "così 🌶 ‮"
