"""Splits a stream of text into sentences."""

import re

# Titles and short forms that are always followed by more of the same sentence.
_OPEN_ABBREVIATIONS = frozenset({
    "sig", "sigg", "dott", "prof", "avv", "mr", "mrs", "ms", "dr", "st", "vs", "es", "p.es", "e.g", "i.e",
    "eg", "ie", "n", "nr", "pag", "pagg", "cfr", "approx",
})  # fmt: skip
_TERMINALS = ".!?…。！？"
_END = re.compile(rf"[{_TERMINALS}]+|\n")
_CLOSERS = "\"'”’»)]*_"
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[*_]+$")
# Past this an aside that never closes no longer holds a sentence back.
_LONGEST_ASIDE = 160
# How far after a full stop the character may lie that tells whether a sentence begins.
_LOOKAHEAD = 40


class SentenceChunker:
    """Collects text and gives it back a sentence at a time, as soon as a sentence is known to be over.

    A full stop ends a sentence when white space and then anything but a small letter follow it, so
    decimals, short forms and trailing dots do not; `!` and `?` end one at once; so does a line break.
    """

    def __init__(self) -> None:
        self._buffer = ""

    @property
    def pending(self) -> str:
        """The text that is not yet a whole sentence."""
        return self._buffer

    def push(self, text: str) -> list[str]:
        """Add a piece and return the sentences that it completed, stripped."""
        self._buffer += text
        sentences = []
        while (end := self._first_end()) is not None:
            sentences.append(self._buffer[:end].strip())
            self._buffer = self._buffer[end:].lstrip()
        return [sentence for sentence in sentences if sentence]

    def flush(self) -> list[str]:
        """Return what is left as a last sentence, and begin anew."""
        rest, self._buffer = self._buffer.strip(), ""
        return [rest] if rest else []

    def _first_end(self) -> int | None:
        for found in _END.finditer(self._buffer):
            if found[0] == "\n":
                return found.end()
            end = self._past_closers(found.end())
            if self._ends_sentence(found, end):
                return end
        return None

    def _past_closers(self, index: int) -> int:
        text = self._buffer
        while index < len(text) and (text[index] in _CLOSERS or _is_pictograph(text[index])):
            # A mark that opens again, as in `Ciao! *ride*`, comes after white space and is not reached.
            index += 1
        return index

    def _ends_sentence(self, found: re.Match[str], end: int) -> bool:
        text, marks = self._buffer, found[0]
        if end >= len(text) or self._inside_aside(end):
            return False
        if marks[-1] in "。！？":
            return True
        if not text[end].isspace():
            return marks[-1] in "!?" and text[end].isupper()
        if marks[-1] in "!?":
            return True
        follower = next((character for character in text[end : end + _LOOKAHEAD] if _decides(character)), "")
        if not follower or follower.islower():
            return False
        return marks != "." or not self._is_short_form(text[: found.start()])

    def _inside_aside(self, end: int) -> bool:
        if end > _LONGEST_ASIDE:
            return False
        head = self._buffer[:end]
        is_open = (
            head.count("(") > head.count(")") or head.count("[") > head.count("]") or head.count("*") % 2
        )
        return bool(is_open)

    def _is_short_form(self, head: str) -> bool:
        word = _LAST_WORD.search(head)
        if word is None:
            return False
        is_initial = len(word[0]) == 1 and word[0].isupper()
        is_list_number = word[0].isdigit() and not head[: word.start()].strip()
        return is_initial or is_list_number or word[0].casefold() in _OPEN_ABBREVIATIONS


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a whole text."""
    chunker = SentenceChunker()
    return chunker.push(text) + chunker.flush()


def _decides(character: str) -> bool:
    return character.isalnum() or _is_pictograph(character)


def _is_pictograph(character: str) -> bool:
    return (
        character >= "\u2190"
        and not character.isalnum()
        and not character.isspace()
        and character not in "。！？"
    )
