"""Makes a creator's texts safe for a system message.

The texts are trusted, but must not look like another section of the message.
"""

import re
from collections.abc import Iterable

from planner.stage.cleaning import plain

# What only a chat's own wire format writes.
_TEMPLATE_MARK = re.compile(r"<\|[^|>\n]{0,40}\|>|\[/?(?:INST|SYS)\]|<</?SYS>>|</?s>", re.IGNORECASE)
_HEADING_MARK = re.compile(r"^[\s#>=*`~-]+")


def one_line(text: str, limit: int) -> str:
    """Return a text on one line of at most `limit` characters, which does not look like a heading."""
    text = plain(_TEMPLATE_MARK.sub(" ", text[: 2 * limit]))
    return _HEADING_MARK.sub("", text)[:limit].strip()


def lines(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters with its line breaks, none of its lines a heading."""
    kept = (one_line(line, limit) for line in text[:limit].splitlines())
    return "\n".join(line for line in kept if line)


def items(texts: Iterable[str], most: int, limit: int, *, total: int | None = None) -> str:
    """Return a list of at most `most` texts, a line each, and of `total` characters in all."""
    found = [line for text in texts if (line := one_line(text, limit))][:most]
    listed = "\n".join(f"- {line}" for line in found)
    return listed if total is None else listed[:total]
