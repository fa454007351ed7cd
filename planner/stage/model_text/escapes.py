"""Decodes escapes that a model wrote out: a backslash and an n, `\\u00e8`, `&amp;`."""

import html
import re

_BREAK = "\n"
_WRITTEN = {"n": _BREAK, "r": "", "t": " ", "f": " ", "v": " ", "0": ""}
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^\\]))", re.DOTALL)
# A `/n` stands for a line break only where a sentence ends and the next one begins.
_SLASH_BREAK = re.compile(r"(?<=[.!?…])\s?/n(?=\s?[A-ZÀ-Þ])")
# What the next piece may complete: an escape, or the first half of a character outside the basic plane.
_UNFINISHED = re.compile(
    r"(?:\\+u[dD][89abAB][0-9a-fA-F]{2})?(?:\\+(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?)?|[.!?…]\s?/n?\s?|[.!?…])$"
    r"|\\+u[dD][89abAB][0-9a-fA-F]{2}$|&(?:#?\w{0,8})$"
)


class EscapeDecoder:
    """Decodes the escapes of a stream; an escape may be split over its pieces."""

    def __init__(self) -> None:
        self._held = ""

    def push(self, text: str) -> str:
        """Take a piece; return what is decoded so far."""
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._held = text[end:]
        return _decoded(text[:end])

    def finish(self) -> str:
        """Return the rest."""
        rest, self._held = self._held, ""
        return _decoded(rest)


def _decoded(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
        # Two escapes may be the halves of one character; a half without the other is dropped.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return html.unescape(_SLASH_BREAK.sub(_BREAK, text))


def _character(escape: re.Match[str]) -> str:
    code, byte, sign = escape.groups()
    if code or byte:
        return chr(int(code or byte, 16))
    return _WRITTEN.get(sign, sign)
