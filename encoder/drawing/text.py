"""Breaks text into lines as the overlay's style sheet does."""

from itertools import pairwise

from encoder.drawing.fonts import Face

ELLIPSIS = "…"
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
    """Return as few lines as fit, all of about the same length: the room that is left is least in squares."""
    lines, words = wrap(text, face, width), text.split()
    if len(lines) < 2 or any(face.length(word) > width for word in words):
        return lines
    # For each number of lines and each word: the least cost of all up to it, and where its last line begins.
    best = {0: (0.0, [0])}
    for _ in lines:
        best = _with_another_line(best, words, face, width)
    breaks = best[len(words)][1]
    return [" ".join(words[begin:end]) for begin, end in pairwise(breaks)]


def _with_another_line(
    best: dict[int, tuple[float, list[int]]], words: list[str], face: Face, width: float
) -> dict[int, tuple[float, list[int]]]:
    found: dict[int, tuple[float, list[int]]] = {}
    for begin, (cost, breaks) in best.items():
        for end in range(begin + 1, len(words) + 1):
            left = width - face.length(" ".join(words[begin:end]))
            if left < 0:
                break
            new = cost + left * left
            if end not in found or new < found[end][0]:
                found[end] = new, [*breaks, end]
    return found


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
