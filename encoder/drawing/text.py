"""Breaks text into lines as the overlay's style sheet does."""

from encoder.drawing.fonts import Face

ELLIPSIS = "…"
HALVINGS = 7
NARROWEST = 0.15  # of the size


def wrap(text: str, face: Face, width: float, first_width: float | None = None) -> list[str]:
    """Return lines that are at most `width` wide; a word that is wider is broken anywhere."""
    lines, line, room = [], "", width if first_width is None else first_width
    words = text.split()
    while words:
        word = words.pop(0)
        longer = f"{line} {word}" if line else word
        if face.length(longer) <= room:
            line = longer
            continue
        if line or room < width:
            lines.append(line)
            line, room = "", width
            words.insert(0, word)
            continue
        count = _fitting(word, face, room)
        lines.append(word[:count])
        if rest := word[count:]:
            words.insert(0, rest)
    return [*lines, line] if line else lines


def balance(text: str, face: Face, width: float) -> list[str]:
    """Return as few lines as fit, all of about the same length."""
    lines = wrap(text, face, width)
    low, high = width / max(1, len(lines)) * 0.6, width
    for _ in range(HALVINGS if len(lines) > 1 else 0):
        middle = (low + high) / 2
        tried = wrap(text, face, middle)
        if len(tried) == len(lines) and not _breaks_words(tried, text):
            lines, high = tried, middle
        else:
            low = middle
    return lines


def clamp(lines: list[str], count: int, face: Face, width: float) -> list[str]:
    """Return at most `count` lines; the last one says that there is more."""
    if len(lines) <= count:
        return lines
    return [*lines[: count - 1], shorten(lines[count - 1] + " " + lines[count], face, width)]


def shorten(text: str, face: Face, width: float) -> str:
    """Return a text that fits on one line, with an ellipsis where it was cut."""
    if _fitting(text, face, width) >= len(text):
        return text
    count = _fitting(text, face, width - face.length(ELLIPSIS))
    return text[:count].rstrip() + ELLIPSIS


def _breaks_words(lines: list[str], text: str) -> bool:
    return " ".join(lines) != " ".join(text.split())


def _fitting(text: str, face: Face, width: float) -> int:
    """Return how many letters fit; at least one."""
    # No line has more letters than this, and measuring a long text takes long.
    low, high = 1, min(len(text), round(width / (NARROWEST * face.size)) + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if face.length(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low
