"""The audio format of a stream: stereo, 48 kHz, in frames of 20 ms."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 48_000
FRAME_SAMPLES = 960
CHANNELS = 2
FRAME_BYTES = FRAME_SAMPLES * CHANNELS * 2  # as s16le

# Shared, so that silence costs nothing and is known by its identity. Nobody may write to them.
SILENCE: Samples = np.zeros((FRAME_SAMPLES, CHANNELS), dtype=np.float32)
SILENCE.flags.writeable = False
SILENT_PCM = bytes(FRAME_BYTES)


def to_pcm(frame: Samples) -> bytes:
    """Return a frame of shape (960, 2), between -1 and 1, as s16le with the channels interleaved."""
    if frame is SILENCE:
        return SILENT_PCM
    pcm: bytes = np.clip(np.rint(frame * 32767.0), -32768, 32767).astype("<i2").tobytes()
    return pcm


def gain_of(decibels: float) -> float:
    """Return the factor of a gain in dB."""
    return float(10 ** (decibels / 20))
