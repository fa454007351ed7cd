"""What a speech service answers with status 200: raw audio is played at its rate, all else refused."""

import json
import struct
from collections.abc import AsyncIterator

import numpy as np
import pytest

from providers.breaker import CircuitBreaker
from speech.errors import SpeechError
from speech.providers.openai_speech import OpenAISynthesizer
from speech.providers.raw_audio import raw_audio
from speech.stage.audio import AudioChunk
from speech.stage.chain import NamedVoice, VoiceChain
from speech.stage.level import Level
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.openai_speech import FakeOpenAISpeech
from tests.fakes.speech_http import Answer, in_pieces
from tests.fakes.synthesizer import FakeSynthesizer, tone
from tests.speech.listening import duration_s, heard, pcm_of, samples_of

RNG = np.random.default_rng(7)
COMPRESSED = RNG.bytes(4_000)  # what any good codec's output looks like
TONE = tone(0.5)


def wav(*, bits: int = 16, channels: int = 1, code: int = 1, data: bytes = TONE) -> bytes:
    """A WAV file; format code 1 is PCM, 3 is float, 0xFFFE is extensible."""
    frame = channels * bits // 8
    about = struct.pack("<HHIIHH", code, channels, 24_000, 24_000 * frame, frame, bits)
    if code == 0xFFFE:
        about += struct.pack(
            "<HHIH14s", 22, bits, 3, 1, b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
        )
    chunks = b"fmt " + struct.pack("<I", len(about)) + about + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


async def body_of(pieces: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def decoded(body: bytes, label: str | None, *, piece_bytes: int = 961) -> list[AudioChunk]:
    return await heard(raw_audio("Service", label, body_of(in_pieces(body, piece_bytes)), rate_hz=24_000))


BODIES = {
    "AAC, MPEG-4, ADTS": b"\xff\xf1\x50\x80\x2f\xfc" + COMPRESSED,
    "AAC, MPEG-2, ADTS": b"\xff\xf9\x50\x80\x2f\xfc" + COMPRESSED,
    "AAC, ADTS with a checksum": b"\xff\xf0\x50\x80\x2f\xfc" + COMPRESSED,
    "AAC, MPEG-2, ADTS with a checksum": b"\xff\xf8\x50\x80\x2f\xfc" + COMPRESSED,
    "AAC, ADIF": b"ADIF" + COMPRESSED,
    "MP4": b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00" + COMPRESSED,
    "MP4, fragmented": b"\x00\x00\x00\x18stypmsdh" + COMPRESSED,
    "MP3": b"\xff\xfb\x90\xc4" + COMPRESSED,
    "MP3 with a checksum": b"\xff\xfa\x90\xc4" + COMPRESSED,
    "MP3, MPEG-2": b"\xff\xf3\x84\xc4" + COMPRESSED,
    "MP3, MPEG-2.5": b"\xff\xe3\x18\xc4" + COMPRESSED,
    "MP3 with tags": b"ID3\x04\x00\x00\x00\x00\x00\x00" + COMPRESSED,
    "MP3, and then silence": b"\xff\xfb\x90\xc4" + bytes(2_000),
    "MPEG layer II": b"\xff\xfd\x84\x04" + COMPRESSED,
    "MPEG layer II with a checksum": b"\xff\xfc\x84\x04" + COMPRESSED,
    "MPEG-2 layer II": b"\xff\xf5\x84\x04" + COMPRESSED,
    "MPEG layer I": b"\xff\xff\x84\x04" + COMPRESSED[:204] + b"\xff\xff\x84\x04" + COMPRESSED,
    "MPEG-2 layer I": b"\xff\xf7\x84\x04" + COMPRESSED,
    "Ogg, Vorbis": b"OggS\x00\x02" + COMPRESSED,
    "Ogg, Opus": b"OggS\x00\x02" + bytes(22) + b"OpusHead" + COMPRESSED,
    "Opus without a container": b"\xfc\xff\xfe" + COMPRESSED,
    "WebM": b"\x1aE\xdf\xa3" + COMPRESSED,
    "FLAC": b"fLaC\x00\x00\x00\x22" + COMPRESSED,
    "WAV": wav(),
    "WAV, 24 bits": wav(bits=24),
    "WAV, float": wav(bits=32, code=3),
    "WAV, stereo": wav(channels=2),
    "WAV, extensible": wav(code=0xFFFE),
    "WAV, endless": wav()[:4] + b"\xff\xff\xff\xff" + wav()[8:],
    "WAV, 64 bits": b"RF64\xff\xff\xff\xffWAVEds64" + TONE,
    "AIFF": b"FORM\x00\x00\x10\x00AIFFCOMM" + TONE,
    "AU": b".snd\x00\x00\x00\x18" + TONE,
    "CAF": b"caff\x00\x01\x00\x00" + TONE,
    "AMR": b"#!AMR\n" + COMPRESSED,
    "WMA": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + COMPRESSED,
    "AC-3": b"\x0b\x77" + COMPRESSED,
    "gzip": b"\x1f\x8b\x08\x00" + COMPRESSED,
    "zip": b"PK\x03\x04" + COMPRESSED,
    "an unknown codec": COMPRESSED,
    "JSON": json.dumps({"detail": "quota exceeded"}).encode(),
    "JSON, short": b'{"e":1}',
    "JSON behind blank lines": b"\r\n\r\n" + json.dumps({"errore": "è finita"}).encode(),
    "JSON with a byte order mark": b"\xef\xbb\xbf" + json.dumps({"detail": "quota exceeded"}).encode(),
    "JSON in UTF-16": json.dumps({"detail": "quota exceeded"}).encode("utf-16"),
    "HTML": b"<!doctype html><html><title>Bad gateway</title></html>",
    "XML": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "an event stream": b'data: {"type": "speech.audio.delta"}\n\n',
    "base64": b"UklGRiQIAABXQVZFZm10IBAAAAABAAEAwF0AAIC7AAACABAA",
}

OTHER_LABELS = """
audio/aac | audio/aacp | audio/x-aac | audio/mp4 | audio/x-m4a | audio/opus | audio/ogg; codecs=opus
audio/webm;codecs=opus | audio/basic | audio/mpeg | audio/MPEG | audio/mp3 | audio/mpa | audio/flac
audio/x-flac | audio/wav | audio/x-wav | audio/wave | audio/vnd.wave | audio/aiff | audio/amr
audio/PCMU | audio/pcma | audio/L8 | audio/L24; rate=48000 | audio/x-mulaw | audio/3gpp
audio/speex | video/mp4 | text/html | text/plain; charset=utf-8 | application/json
application/problem+json | multipart/mixed | image/png | nonsense | audio/
"""


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_no_raw_audio_is_refused_by_its_bytes_whatever_its_label(name: str) -> None:
    played = [
        f"label {label!r}, in pieces of {piece_bytes} bytes"
        for label in (None, "", "audio/pcm", "application/octet-stream", "audio/pcm;rate=16000")
        for piece_bytes in (1, 7, 4_800)
        if not await is_refused_for_now(BODIES[name], label, piece_bytes)
    ]
    assert not played, "\n".join(played)


async def is_refused_for_now(body: bytes, label: str | None, piece_bytes: int) -> bool:
    """Return whether a body raises a `SpeechError` after which the service may be tried again."""
    try:
        await decoded(body, label, piece_bytes=piece_bytes)
    except SpeechError as fault:
        return not fault.permanent
    return False


@pytest.mark.parametrize(
    "label",
    [label.strip() for line in OTHER_LABELS.strip().splitlines() for label in line.split("|")],
)
async def test_a_label_of_anything_else_is_refused_although_the_bytes_could_be_played(label: str) -> None:
    with pytest.raises(SpeechError):
        await decoded(TONE, label)


@pytest.mark.parametrize(
    "label",
    [
        "audio/pcm;rate=12345",
        "audio/pcm;rate=0",
        "audio/pcm;rate=-24000",
        "audio/pcm;rate=fast",
        "audio/pcm;rate=24000.5",
        "audio/pcm;rate=٢٤٠٠٠",
        "audio/pcm;rate=999999999999",
        "audio/pcm;channels=0",
        "audio/pcm;channels=6",
        "audio/pcm;bits=8",
        "audio/pcm;bits=24",
        "audio/pcm;bits=32",
        "audio/pcm;encoding=float",
        "audio/pcm;codec=mulaw",
        "audio/pcm;codecs=opus",
        "audio/L16;rate=96000",
    ],
)
async def test_raw_audio_of_a_kind_that_is_not_played_is_refused(label: str) -> None:
    with pytest.raises(SpeechError):
        await decoded(TONE, label)


@pytest.mark.parametrize(
    ("label", "rate_hz"),
    [
        (None, 24_000),
        ("", 24_000),
        ("audio/pcm", 24_000),
        ("Audio/PCM ; Rate=16000", 16_000),
        ('audio/pcm; rate="22050"', 22_050),
        ("audio/pcm;sample_rate=8000", 8_000),
        ("audio/pcm;samplerate=48000", 48_000),
        ("audio/L16;rate=16000", 16_000),
        ("audio/l16; codec=pcm; rate=24000", 24_000),
        ("audio/L16; rate=44100; channels=1", 44_100),
        ("audio/raw;rate=16000;encoding=signed-int;bits=16;endian=little", 16_000),
        ("application/octet-stream", 24_000),
        ("binary/octet-stream", 24_000),
        ("audio/pcm; charset=binary", 24_000),
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 961, 48_000])
async def test_the_rate_that_a_label_states_is_the_rate_of_the_audio(
    label: str | None, rate_hz: int, piece_bytes: int
) -> None:
    chunks = await decoded(TONE, label, piece_bytes=piece_bytes)
    assert pcm_of(chunks) == TONE
    assert {chunk.sample_rate_hz for chunk in chunks} == {rate_hz}
    assert all(len(chunk.pcm) % 2 == 0 for chunk in chunks)


@pytest.mark.parametrize(
    "label", ["audio/L16;rate=24000", "audio/pcm;endian=big", "audio/pcm;encoding=s16be"]
)
@pytest.mark.parametrize("quiet_bytes", [0, 960, 9_600])
async def test_big_endian_samples_are_turned_round(label: str, quiet_bytes: int) -> None:
    sent = bytes(quiet_bytes) + np.frombuffer(TONE, "<i2").astype(">i2").tobytes()
    assert pcm_of(await decoded(sent, label)) == bytes(quiet_bytes) + TONE


@pytest.mark.parametrize("piece_bytes", [1, 963])
@pytest.mark.parametrize("label", ["audio/pcm;channels=2", "audio/L16;rate=24000;channels=2"])
async def test_two_channels_become_one(label: str, piece_bytes: int) -> None:
    left = np.frombuffer(TONE, "<i2")
    both = np.column_stack((left, left // 2)).astype("<i2").tobytes()
    chunks = await decoded(both, label, piece_bytes=piece_bytes)
    np.testing.assert_allclose(samples_of(chunks), left * 0.75 / 32_768, atol=1e-4)


@pytest.mark.parametrize("extra", [b"", b"\x01"])
@pytest.mark.parametrize(
    "body", [b"", bytes(3), bytes(4_800), b"\xff\xff" * 2_400, b"\xff\xfe" * 2_400, TONE[:11]]
)
async def test_silence_and_odd_ends_are_no_fault(body: bytes, extra: bytes) -> None:
    sent = body + extra
    assert pcm_of(await decoded(sent, "audio/pcm")) == sent[: len(sent) - len(sent) % 2]


@pytest.mark.parametrize("loudness", [1, 30, 300])
async def test_a_recording_with_noise_in_it_is_played(loudness: int) -> None:
    for seed in range(50):
        noise = np.random.default_rng(seed).normal(0, loudness, 4_800).astype("<i2").tobytes()
        assert pcm_of(await decoded(noise, None)) == noise


async def test_a_line_at_another_rate_is_resampled_and_lasts_as_long() -> None:
    class AtSixteen:
        async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncIterator[AudioChunk]:
            sent = tone(1.0, 16_000)
            async for chunk in raw_audio(
                "S", "audio/L16;rate=16000", body_of(in_pieces(sent, 961)), rate_hz=24_000
            ):
                yield chunk

    chunks = await heard(Speaker(AtSixteen(), VoiceSpec("", "it"), level=Level()).speak("ciao"))  # type: ignore[arg-type]
    assert {chunk.sample_rate_hz for chunk in chunks} == {24_000}
    assert duration_s(chunks) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "name", ["AAC, MPEG-4, ADTS", "MP4", "MPEG layer II", "Ogg, Opus", "an unknown codec", "HTML"]
)
async def test_the_next_voice_speaks_instead_of_noise(name: str) -> None:
    with FakeOpenAISpeech() as server:
        server.answer = Answer(content_type="audio/pcm", pieces=in_pieces(BODIES[name], 700))
        client, embedded = OpenAISynthesizer(api_key="a-key", base_url=server.base_url), FakeSynthesizer()
        voices = [
            NamedVoice(place, Speaker(each, VoiceSpec("coral", "it")), CircuitBreaker())
            for place, each in (("hosted", client), ("embedded", embedded))
        ]
        chunks = await heard(VoiceChain(voices).speak("Ciao a tutti"))
        await client.aclose()
    assert {chunk.voice for chunk in chunks} == {"embedded"}
    assert pcm_of(chunks) == embedded.audio_of("Ciao a tutti")
