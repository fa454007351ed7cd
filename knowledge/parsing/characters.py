"""Removes characters that nobody sees, and decodes texts of unknown encoding."""

import re
import unicodedata

import ftfy

from knowledge.parsing.document import FailureReason, ParseFailed

_TAGS = re.compile(r"[\U000e0000-\U000e007f]+")
_ZERO_WIDTH = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SINGLE_BYTE = ("cp1252", "iso8859_15", "mac_roman")
# What Italian, German, French, Spanish and English texts contain beyond ASCII.
_USUAL = frozenset("àèéìíòóùúÀÈÉÌÒÓÙÚäöüßÄÖÜçñêâîôûëïœÇÑÊ€°«»“”‘’„‚–—…•·©®™²³½¼£§×´\u00a0")


def visible(text: str) -> str:
    """Return a text as it is seen: without tags, zero-width and control characters, spaces joined."""
    text = unicodedata.normalize("NFC", _CONTROLS.sub("", _ZERO_WIDTH.sub("", _TAGS.sub("", text))))
    text = "\n".join(line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()


def tag_texts(text: str) -> list[str]:
    """Return what is written in tag characters, which look like nothing at all."""
    return ["".join(chr(ord(sign) - 0xE0000) for sign in run) for run in _TAGS.findall(text)]


def decode(data: bytes) -> str:
    """Return a text file's text. Raise `ParseFailed` for bytes that are no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data:
        return _decoded(data, _utf_16_without_mark(data))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return max((data.decode(each, "replace") for each in _SINGLE_BYTE), key=_plausibility)
    # UTF-8 that was once decoded as something else, and stored so.
    return str(ftfy.fix_encoding(text))


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ParseFailed(FailureReason.BROKEN) from None


def _utf_16_without_mark(data: bytes) -> str:
    sample = data[:4_000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) < 0.3 * (len(sample) / 2) or min(odd, even) > 0.1 * (len(sample) / 2):
        raise ParseFailed(FailureReason.UNSUPPORTED)
    return "utf-16-le" if odd > even else "utf-16-be"


def _plausibility(text: str) -> int:
    """Return how many characters beyond ASCII are usual ones, less those that are not."""
    return sum(1 if sign in _USUAL else -1 for sign in text[:200_000] if sign > "\x7e")
