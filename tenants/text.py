"""Cleans texts for storage in the database and for spreadsheets."""

import unicodedata

FORMULA_MARKS = frozenset("=+-@")
CELL_BREAKS = ("\t", "\r", "\n")  # a spreadsheet may begin a new cell after them
# Controls, format characters, combining marks, separators, and code points without a character.
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # Hangul fillers and the empty Braille pattern


def clean_text(text: str, max_chars: int) -> str:
    """Return at most `max_chars` of `text` without NUL characters and lone surrogates."""
    # Cut first: an attacker's text may be megabytes long.
    text = text[:max_chars]
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def escape_formula(cell: str) -> str:
    """Return a text that spreadsheets do not run as a formula, whatever stands invisibly before its mark."""
    first = next((each for each in cell if not _is_invisible(each)), "")
    # Wide, small and raised signs count as the plain ones.
    is_formula = unicodedata.normalize("NFKC", first)[:1] in FORMULA_MARKS
    return f"'{cell}" if is_formula or cell.startswith(CELL_BREAKS) else cell


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in INVISIBLE_CATEGORIES or character in BLANK_LETTERS
