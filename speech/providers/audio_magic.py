"""Recognizes by its first bytes what is not raw audio: compressed sound, containers, text."""

import codecs

import numpy as np

HEAD_BYTES = 32  # what text is recognized by
NOISE_SAMPLES = 160

# As PCM each of these would begin with a sample of 4,000 and more, where speech begins near silence.
_CONTAINERS = (
    b"RIFF", b"RIFX", b"RF64", b"FORM", b".snd", b"caff",  # uncompressed sound with a header of its own
    b"ID3", b"OggS", b"OpusHead", b"fLaC", b"\x1aE\xdf\xa3", b"ADIF", b"#!AMR", b"#!SILK", b"wvpk", b"MAC ",
    b"TTA1", b"FLV\x01", b"\x30\x26\xb2\x75", b"\x0b\x77", b"MThd",
    b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\x89PNG", b"GIF8",
)  # fmt: skip
_MP4_BOXES = (b"ftyp", b"styp", b"moov", b"mdat", b"moof")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of full scale. Compressed bytes taken for samples are nearly white and lie at 0.58.
_NOISE_LEVEL, _NOISE_CORRELATION = 0.35, 0.3

# Of MPEG-1 audio frames, in kbit/s by layer, and Hz; see ISO/IEC 11172-3, 2.4.2.3.
_LAYER_I_KBITS = (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_MPEG_1_HZ = (44_100, 48_000, 32_000)
_LAYER_III, _LAYER_II = 1, 2


def is_other_content(head: bytes) -> bool:
    """Return whether a body begins with something that cannot be raw 16-bit audio."""
    is_container = head.startswith(_CONTAINERS) or head[4:8] in _MP4_BOXES
    return is_container or _is_mpeg(head) or _is_text(head[:HEAD_BYTES])


def is_noise(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> bool:
    """Return whether samples are as loud and as white as compressed bytes: no speech begins like that."""
    if samples.size < NOISE_SAMPLES:
        return False
    level = samples.astype(np.float64) / 32_768
    power = float(np.mean(level**2))
    if power < _NOISE_LEVEL**2:
        return False
    return float(np.mean(level[1:] * level[:-1])) < _NOISE_CORRELATION * power


def _is_mpeg(head: bytes) -> bool:
    """Return whether a body begins with a frame of AAC (ADTS) or of MPEG audio layer I, II or III."""
    if len(head) < 3 or head[0] != 0xFF or head[1] < 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return version > 1  # ADTS
    if version == 1:
        return False
    if layer == _LAYER_III:
        return True
    if head[2] >> 4 in (0, 15) or head[2] >> 2 & 3 == 3:
        return False
    # A quiet recording may well begin with -1 or -257, as layer I of MPEG-1 does.
    return layer == _LAYER_II or version != 3 or _has_second_layer_i_frame(head)


def _has_second_layer_i_frame(head: bytes) -> bool:
    bits_per_s, rate_hz = 1_000 * _LAYER_I_KBITS[head[2] >> 4], _MPEG_1_HZ[head[2] >> 2 & 3]
    length = (12 * bits_per_s // rate_hz + (head[2] >> 1 & 1)) * 4
    return head[length : length + 2] == head[:2]


def _is_text(head: bytes) -> bool:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(character.isprintable() or character.isspace() for character in text)
