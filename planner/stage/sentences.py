"""Splits a stream of text into sentences."""

import re

from texts.sentence_ends import LOOKAHEAD, End, full_stop_ends

_TERMINALS = ".!?…。！？"
_END = re.compile(rf"[{_TERMINALS}]+|\n")
_CLOSERS = "\"'”’»)]*_"
# Past this an aside that never closes no longer holds a sentence back.
_LONGEST_ASIDE = 160


class SentenceChunker:
    """Collects text and gives it back a sentence at a time, as soon as a sentence is known to be over.

    `!`, `?` and a line break end a sentence at once. A full stop ends one when white space and then anything
    but a small letter follow it; after a short form, an initial or a number the next word must tell (see
    `texts/sentence_ends.py`), so the sentence is held back until that word is complete. `language` is a
    code such as `de`; without one the short forms of all languages count.
    """

    def __init__(self, language: str = "") -> None:
        self._buffer = ""
        self._language = language

    @property
    def pending(self) -> str:
        """The text that is not yet a whole sentence."""
        return self._buffer

    def push(self, text: str) -> list[str]:
        """Add a piece and return the sentences that it completed, stripped."""
        self._buffer += text
        return self._take(is_whole=False)

    def flush(self) -> list[str]:
        """Return the sentences that are left, the last one however it ends, and begin anew."""
        sentences = self._take(is_whole=True)
        rest, self._buffer = self._buffer.strip(), ""
        return [*sentences, rest] if rest else sentences

    def _take(self, *, is_whole: bool) -> list[str]:
        sentences = []
        while (end := self._first_end(is_whole=is_whole)) is not None:
            sentences.append(self._buffer[:end].strip())
            self._buffer = self._buffer[end:].lstrip()
        return [sentence for sentence in sentences if sentence]

    def _first_end(self, *, is_whole: bool) -> int | None:
        """Return where the first sentence ends; None while that is not known."""
        for found in _END.finditer(self._buffer):
            if found[0] == "\n":
                return found.end()
            end = self._past_closers(found.end())
            ends = self._ends_sentence(found, end, is_whole=is_whole)
            if ends is End.YES:
                return end
            if ends is End.UNDECIDED:
                return None
        return None

    def _past_closers(self, index: int) -> int:
        text = self._buffer
        while index < len(text) and (text[index] in _CLOSERS or _is_pictograph(text[index])):
            # A mark that opens again, as in `Ciao! *ride*`, comes after white space and is not reached.
            index += 1
        return index

    def _ends_sentence(self, found: re.Match[str], end: int, *, is_whole: bool) -> End:
        text, marks = self._buffer, found[0]
        if end >= len(text) or self._inside_aside(end):
            return End.NO
        if marks[-1] in "。！？":
            return End.YES
        if not text[end].isspace():
            return _end_if(marks[-1] in "!?" and text[end].isupper())
        if marks[-1] in "!?":
            return End.YES
        follower = next((character for character in text[end : end + LOOKAHEAD] if _decides(character)), "")
        if marks == "." and not _is_pictograph(follower):
            return full_stop_ends(text, found.start(), language=self._language, is_whole=is_whole)
        return _end_if(bool(follower) and not follower.islower())

    def _inside_aside(self, end: int) -> bool:
        if end > _LONGEST_ASIDE:
            return False
        head = self._buffer[:end]
        is_open = (
            head.count("(") > head.count(")") or head.count("[") > head.count("]") or head.count("*") % 2
        )
        return bool(is_open)


def split_sentences(text: str, language: str = "") -> list[str]:
    """Return the sentences of a whole text.

    `manage.py probe sentences` calls it: its signature is kept stable. `language` is a code such as `de`;
    without one the short forms of all languages count.
    """
    chunker = SentenceChunker(language)
    return chunker.push(text) + chunker.flush()


def _decides(character: str) -> bool:
    return character.isalnum() or _is_pictograph(character)


def _end_if(ends: bool) -> End:
    return End.YES if ends else End.NO


def _is_pictograph(character: str) -> bool:
    return (
        character >= "\u2190"
        and not character.isalnum()
        and not character.isspace()
        and character not in "。！？"
    )
