"""Makes a text fit for speech: removes markup, emoji and links."""

import html
import re
import unicodedata
from itertools import filterfalse

LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b\S+@\S+\.\w+|\b[\w-]+\.(?:com|it|net|org|io|tv|me|gg|ly)\b(?:/\S*)?",
    re.IGNORECASE,
)
MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}|[-–*+•>]|\(?\d{1,2}[.)]|\(?[a-hA-H]\))\s+", re.MULTILINE)
_BOLD = re.compile(r"(\*\*|__|~~)(.+?)\1", re.DOTALL)
# A starred or bracketed aside where a sentence would begin is a stage direction; inside one it is emphasis.
_DIRECTION = re.compile(
    r"(^|[.!?…]\s*)(?:\*[^*]{1,80}\*|(?<!\w)_[^_]{1,80}_(?!\w)|\([^()]{1,80}\))(?=\s|$|[.!?,…])[.!?,…]*"
)
_GESTURE = re.compile(
    r"\*(?:\w+\s[^*]{1,80}|ride|ridacchia|sorride|sospira|applaude|saluta|laughs|smiles|giggles|chuckles|sighs"
    r"|winks|claps|waves)\*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[[^\[\]]{0,120}\]")
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=8][-'^]?[)(DPpOo3/|*]+|[xX]D+|<3+)(?!\w)")
SHORT_CODE = re.compile(
    r"(?<![\w:]):[a-zA-Z+][\w+-]{0,40}:(?!\w)|(?<![\w:]):[-+]1:|(?<!\S):[a-z]+_[a-z_]+(?!\S)"
)
_KAOMOJI = re.compile(
    r"\((?=[^()]{0,12}[^\w\s()])[^()a-zA-Z0-9]{1,12}\)|(?<!\S)[TOoXxUu;^>.-]_+[TOoXxUu;^<.-](?!\w)"
)
_TIMES = re.compile(r"(?<=\d)\s?\*\s?(?=\d)|(?<=\d) x (?=\d)")
_WORD_JOINT = re.compile(r"(?<=[^\W_])_+(?=[^\W_])")
_DROPPED = set("*_`~|<>{}[]\\^#")
_SPACE = re.compile(r"\s+")
_SPACE_BEFORE_MARK = re.compile(r"\s+([,.;:!?…])")
_REPEATED_MARK = re.compile(r"([!?,;:])\1+")
_QUOTES = ('"', "“”", "«»", "„“", "'")


def plain(text: str) -> str:
    """Return `text` on one line, without control, direction, zero-width and unassigned characters."""
    if text.isascii() and text.isprintable():
        return _SPACE.sub(" ", text).strip()
    kept = (" " if _is_blank(character) else character for character in text if not _is_unseen(character))
    return _SPACE.sub(" ", "".join(kept)).strip()


def clean_for_speech(text: str) -> str:
    """Return the speakable part of a text; empty if there is none."""
    text = MARKDOWN_LINK.sub(r"\1", html.unescape(text))
    text = LINK.sub("", TAG.sub("", text))
    text = _BOLD.sub(r"\2", _LINE_MARK.sub("", text))
    text = _TIMES.sub(" × ", SHORT_CODE.sub("", _KAOMOJI.sub("", text)))
    text = _EMOTICON.sub("", plain(without_symbols(text)))
    text = _BRACKETS.sub("", _GESTURE.sub("", _DIRECTION.sub(r"\1", text)))
    text = "".join(
        character for character in _WORD_JOINT.sub(" ", text) if character not in _DROPPED
    ).replace("@", "")
    text = _SPACE_BEFORE_MARK.sub(r"\1", _SPACE.sub(" ", text))
    text = _unquoted(_REPEATED_MARK.sub(r"\1", text).strip()).lstrip(",;:.!?… ")
    return text if any(character.isalnum() for character in text) else ""


def without_symbols(text: str) -> str:
    """Return `text` without emoji, pictographs and their modifiers. Money and degree signs stay."""
    return text if text.isascii() else "".join(filterfalse(is_symbol, text))


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` characters at a clause or word, and end it with a full stop."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    clause = max(head.rfind(mark) for mark in ",;:")
    cut = clause if clause > limit // 2 else head.rfind(" ")
    return (head[:cut] if cut > 0 else head).rstrip(" ,;:") + "."


def _unquoted(text: str) -> str:
    for pair in _QUOTES:
        inner = text[1:-1]
        if len(text) > 2 and text[0] == pair[0] and text[-1] == pair[-1] and pair[0] not in inner:
            return inner.strip()
    return text


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Zl", "Zp"}


def _is_unseen(character: str) -> bool:
    if character.isspace() or character == "\u200d":
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs"}


def is_symbol(character: str) -> bool:
    """Return whether a character is an emoji, a pictograph or one of their modifiers."""
    if character.isascii() or character == "°":
        return False
    joins = character in {"\u200d", "\ufe0e", "\ufe0f"} or "\U000e0020" <= character <= "\U000e007f"
    return joins or unicodedata.category(character) in {"So", "Sk", "Me"}
