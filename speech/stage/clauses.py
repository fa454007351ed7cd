"""Splits a text into a short first clause, which is spoken soon, and the remaining sentences."""

import re

SHORTEST = 20  # characters; shorter pieces sound chopped off

_PAUSES = re.compile(r"(?P<comma>[,;:])(?=\s)|(?P<dash>\s[-–—])(?=\s)|(?P<end>[.!?…]+[\"'”’»)\]]*)(?=\s)")
# Short forms that are followed by more of the same sentence.
_SHORT_FORMS = frozenset({
    "sig", "sigg", "dott", "prof", "avv", "ing", "mr", "mrs", "ms", "dr", "st", "vs", "es", "p.es", "e.g",
    "i.e", "n", "nr", "pag", "cfr", "ecc", "etc", "tel", "art",
})  # fmt: skip
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[]+$")
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("“", "”"))


def split_for_voice(text: str) -> list[str]:
    """Return the pieces to speak in order, none shorter than `SHORTEST` unless the whole text is.

    The first ends at the first pause; the others are whole sentences. Nothing is cut inside a number, a
    short form, brackets, or between two names.
    """
    pieces: list[str] = []
    start = 0
    for found in _PAUSES.finditer(text):
        if pieces and found["end"] is None:
            continue
        head, rest = text[start : found.end()].strip(), text[found.end() :].strip()
        if min(len(head), len(rest)) < SHORTEST or not _is_pause(found, text, start):
            continue
        # A dash is not spoken; a comma keeps the voice up.
        pieces.append(head[:-1].rstrip() + "," if found["dash"] else head)
        start = found.end()
    return [*pieces, text[start:].strip()]


def _is_pause(found: "re.Match[str]", text: str, start: int) -> bool:
    before, after = text[start : found.start()], text[found.end() :].lstrip()
    if not _is_balanced(text[start : found.end()]):
        return False
    word = _LAST_WORD.search(before)
    last = word[0] if word else ""
    if found["end"]:
        return not after[:1].islower() and not (found["end"][0] == "." and _is_short_form(last))
    if last[-1:].isdigit() and after[:1].isdigit():
        return False
    # Names in a row, as far as capitals tell.
    return not (found["comma"] == "," and last[:1].isupper() and after[:1].isupper())


def _is_balanced(text: str) -> bool:
    return all(text.count(opens) <= text.count(closes) for opens, closes in _PAIRS)


def _is_short_form(word: str) -> bool:
    is_initial = len(word) == 1 and word.isupper()
    return is_initial or word.isdigit() or word.casefold() in _SHORT_FORMS
