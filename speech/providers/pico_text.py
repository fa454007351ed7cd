"""Prepares a text for SVOX Pico: removes what it obeys, what it cannot say and what makes it hang."""

import re
import unicodedata

from speech.errors import LineRefused
from speech.stage.clauses import split_for_voice

# From 150 letters on a word may keep Pico busy for ever.
LONGEST_WORD = 40
# A clause is made in one call, which nothing can interrupt: some 9 s of sound, 40 ms of work.
LONGEST_CLAUSE = 120
# Pico makes a pause at every mark anyway, and the first sound of a line waits for its whole first clause.
SHORTEST_CLAUSE = 6

# Pico is silent at letters beyond Latin-1; these have no base letter that Unicode knows of.
_BASE_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "ŋ": "n",
    "ĸ": "k", "ŧ": "t", "ſ": "s", "ə": "e", "ẞ": "SS",
}  # fmt: skip
_APOSTROPHES = "'’‘ʼ`´′"
_HYPHENS = "-‐‑"
_DASHES = "–—―"
_MARKS = ",;:.!?"
# Signs that it names. `<`, `>` and `\\` are missing: with them a text could give it orders.
_SPOKEN_SIGNS = "&%€$£+=@#/°"

_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")
_LONE_APOSTROPHE = re.compile(r"(?<![^\W\d_])'")
_LONE_HYPHEN = re.compile(r"(?<!\w)-|-(?!\w)")
_MARK_RUN = re.compile(rf"\s*[{_MARKS}](?:[\s{_MARKS}]*[{_MARKS}])?(?P<gap>\s*)")
_STRONGEST_FIRST = "?!.:;,"


def clauses_of(text: str, language: str = "") -> list[str]:
    """Return the clauses of a line in a language, such as "de", each with one mark at its end.

    Raise `LineRefused` when most of it is in a script that Pico does not read.
    """
    line = _fold(text)
    line = _LONE_HYPHEN.sub(" ", _LONE_APOSTROPHE.sub(" ", line))
    line = _MARK_RUN.sub(_one_mark, line).strip()
    line = line.strip(f" {_MARKS}") + (line[-1] if line.endswith(("!", "?")) else ".")
    line = " ".join(_LONG_WORD.sub(r"\g<0> ", line).split())
    if not any(map(str.isalnum, line)):
        raise LineRefused("pico: no sound for this text")
    return [
        part
        for clause in split_for_voice(line, language, at_every_pause=True, shortest=SHORTEST_CLAUSE)
        for part in _bounded(clause)
    ]


def _fold(text: str) -> str:
    """Return the text in the letters and signs that Pico reads; raise `LineRefused` when most are others."""
    out: list[str] = []
    said = lost = 0
    for character in unicodedata.normalize("NFKC", text):
        letters = _folded(character)
        is_word = character.isalnum()
        said += is_word and bool(letters.strip())
        lost += is_word and not letters.strip()
        out.append(letters)
    if lost > said:
        raise LineRefused("pico: most of this text is in another script")
    return "".join(out)


def _folded(character: str) -> str:
    if character.isalnum():
        return _letter_or_digit(character)
    if unicodedata.combining(character):
        return ""
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    if character in _DASHES:
        return ", "
    return character if character in _MARKS or character in _SPOKEN_SIGNS else " "


def _letter_or_digit(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "a" <= character.lower() <= "z":
        return character
    if character.lower() in _BASE_LETTERS:
        base = _BASE_LETTERS[character.lower()]
        return base.upper() if character.isupper() else base
    if ord(character) < 0x100:
        return character
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else " "


def _one_mark(found: "re.Match[str]") -> str:
    """Return the strongest mark of a run; a mark inside a word or number stays as it is."""
    run = found[0].strip()
    if len(run) == 1 and not found["gap"] and found[0][0] == run:
        return run
    follows = found.string[found.end() : found.end() + 1]
    if run.startswith("..") and follows.islower():
        return ", "
    return next(mark for mark in _STRONGEST_FIRST if mark in run) + " "


def _bounded(clause: str) -> list[str]:
    """Return a clause in parts of at most `LONGEST_CLAUSE` characters, cut between words."""
    parts = []
    while len(clause) > LONGEST_CLAUSE:
        at = clause.rfind(" ", 0, LONGEST_CLAUSE)
        head, clause = clause[:at], clause[at + 1 :]
        parts.append(f"{head.rstrip(_MARKS)},")
    return [*parts, clause]
