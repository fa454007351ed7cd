"""Splits a text into a short first clause, which is spoken soon, and the remaining sentences."""

import re

from texts.sentence_ends import End, full_stop_ends

SHORTEST = 20  # characters; shorter pieces sound chopped off

_PAUSES = re.compile(r"(?P<comma>[,;:])(?=\s)|(?P<dash>\s[-–—])(?=\s)|(?P<end>[.!?…]+[\"'”’»)\]]*)(?=\s)")
_CLOSERS = "\"'”’»)]"
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[]+$")
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("“", "”"))


def split_for_voice(
    text: str, language: str = "", *, at_every_pause: bool = False, shortest: int = SHORTEST
) -> list[str]:
    """Return the pieces to speak in order, none shorter than `shortest` unless the whole text is.

    The first ends at the first pause; the others are whole sentences in `language`, a code such as `de`, or
    with `at_every_pause` they end at a pause too. Nothing is cut inside a number, a short form, brackets, or
    between two names.
    """
    pieces: list[str] = []
    start = 0
    for found in _PAUSES.finditer(text):
        if pieces and found["end"] is None and not at_every_pause:
            continue
        head, rest = text[start : found.end()].strip(), text[found.end() :].strip()
        if min(len(head), len(rest)) < shortest or not _is_pause(found, text, start, language):
            continue
        # A dash is not spoken; a comma keeps the voice up.
        pieces.append(head[:-1].rstrip() + "," if found["dash"] else head)
        start = found.end()
    return [*pieces, text[start:].strip()]


def _is_pause(found: re.Match[str], text: str, start: int, language: str) -> bool:
    before, after = text[start : found.start()], text[found.end() :].lstrip()
    if not _is_balanced(text[start : found.end()]):
        return False
    if found["end"]:
        is_full_stop = found["end"].rstrip(_CLOSERS) == "."
        return not after[:1].islower() and not (
            is_full_stop and full_stop_ends(text, found.start(), language=language) is End.NO
        )
    word = _LAST_WORD.search(before)
    last = word[0] if word else ""
    if last[-1:].isdigit() and after[:1].isdigit():
        return False
    # Names in a row, as far as capitals tell.
    return not (found["comma"] == "," and last[:1].isupper() and after[:1].isupper())


def _is_balanced(text: str) -> bool:
    return all(text.count(opens) <= text.count(closes) for opens, closes in _PAIRS)
