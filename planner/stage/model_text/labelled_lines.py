"""Removes lines that a model labelled as something other than its words, such as `Thought:` or `Note:`."""

import re
from enum import StrEnum
from typing import NamedTuple

_DECORATION = r"[ \t>*#_(\[\"“-]*"
_HIDDEN_LABEL = re.compile(
    rf"{_DECORATION}(?:"
    r"(?:(?:here(?: is|['’]s) )?my |the )?(?:thoughts?|thinking|thought process|thinking process"
    r"|chain of thought|reasoning"
    r"|internal monologue|inner (?:monologue|thoughts?)|reflection|scratchpad|analysis|plan|planning"
    r"|observation|action(?: input)?|tool(?: call)?|function(?: call)?|notes?|meta(?:[ -]note)?)"
    r"|(?:il mio )?(?:ragionamento|pensier[oi]|riflession[ei]|analisi|nota|note)"
    r"|(?:mein )?(?:gedanken?|gedankengang|überlegung(?:en)?|denkprozess|anmerkung|hinweis|notiz)"
    r"|réflexion|raisonnement|pensée|remarque|razonamiento|pensamiento|raciocínio"
    r")[*_\])]*\s*[:：][*_]*",
    re.IGNORECASE,
)
# Templates of gpt-oss whose special tokens were lost: `analysisShe asks …assistantfinalHi!`
_GLUED_ANALYSIS = re.compile(r"\s*analysis(?=[A-Z\"'])")
_GLUED_FINAL = re.compile(r"(?:assistant\s?)?final(?=[A-ZÀ-Þ])")
_ANSWER_LABEL = re.compile(
    r"(?:^|(?<=\s))[ \t>*_(\[\"“-]*(?:final (?:answer|response|reply|output)|answer|response|reply|final"
    r"|here(?: is|['’]s) my (?:response|answer|reply)|risposta(?: finale)?|antwort|réponse|respuesta|resposta"
    r")[*_\])]*\s*[:：][*_]*\s*"
    r"|assistant\s?final(?-i:(?=[A-ZÀ-Þ\"'\s:]))[:\s]*",
    re.IGNORECASE,
)
# A line is decided once it can no longer begin with a label.
_UNDECIDED = re.compile(rf"{_DECORATION}[^\W\d_]*(?:['’]s)?(?:[ -][^\W\d_]*){{0,4}}[*_\])]*\s*")
_LONGEST_LABEL = 48
# A labelled aside: only the aside is dropped, not its line.
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\*(?!\*)[^*]*\*)\s*")
_ASIDE_BEGINS = re.compile(r"\s*(?:[(\[]|\*(?!\*))")
_LONGEST_ASIDE = 300


class Shown(NamedTuple):
    """What is left of the lines; `restarts`: the words to say begin here."""

    text: str
    restarts: bool


class _Hiding(StrEnum):
    """How far the text is dropped; the label of an answer ends each of them."""

    NOTHING = "nothing"
    LINE = "line"
    PARAGRAPH = "paragraph"
    ALL = "all"


class LabelledLines:
    """Drops labelled lines of a stream. A label may be split over its pieces.

    A label that stands alone drops its paragraph. The label of an answer is dropped, with all before it.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._at_line_start = True
        self._hiding = _Hiding.NOTHING

    def push(self, text: str) -> Shown:
        """Take a piece; return what is left of all that is decided by now."""
        self._buffer += text
        return self._take(is_last=False)

    def finish(self) -> Shown:
        """Return the rest."""
        return self._take(is_last=True)

    def _take(self, *, is_last: bool) -> Shown:
        shown, restarts = "", False
        while self._buffer:
            if self._at_line_start:
                if not is_last and self._is_undecided():
                    break
                has_begun = self._begin_line(is_last=is_last)
            else:
                has_begun = self._answer_begins(is_last=is_last)
            if has_begun:
                shown, restarts = "", True
            line, newline, self._buffer = self._buffer.partition("\n")
            if self._hiding is _Hiding.NOTHING:
                shown += line + newline
            elif not newline and not is_last:
                self._buffer = line[-_LONGEST_LABEL:]
                break
            self._end_line(line, has_newline=bool(newline))
        return Shown(shown, restarts)

    def _is_undecided(self) -> bool:
        if len(self._buffer) >= _LONGEST_LABEL:
            return self._is_open_aside() and _HIDDEN_LABEL.match(self._buffer) is not None
        label = _ANSWER_LABEL.match(self._buffer) or _HIDDEN_LABEL.match(self._buffer)
        if label is not None:
            return label.end() == len(self._buffer.rstrip(" \t")) or self._is_open_aside()
        return _UNDECIDED.fullmatch(self._buffer) is not None

    def _is_open_aside(self) -> bool:
        begins = _ASIDE_BEGINS.match(self._buffer) is not None and len(self._buffer) < _LONGEST_ASIDE
        return begins and _ASIDE.match(self._buffer) is None

    def _begin_line(self, *, is_last: bool) -> bool:
        """Look for a label; return whether the words to say begin here."""
        self._at_line_start = False
        if answer := _ANSWER_LABEL.match(self._buffer) or _GLUED_FINAL.match(self._buffer):
            self._buffer = self._buffer[answer.end() :]
            self._hiding = _Hiding.NOTHING
            return True
        if _GLUED_ANALYSIS.match(self._buffer):
            self._hiding = _Hiding.ALL
        elif label := _HIDDEN_LABEL.match(self._buffer):
            if aside := _ASIDE.match(self._buffer):
                self._buffer = self._buffer[aside.end() :]
                return False
            first_line = self._buffer.partition("\n")[0]
            is_alone = not first_line[label.end() :].strip()
            is_all = "process" in label[0].casefold()
            self._hiding = _Hiding.ALL if is_all else _Hiding.PARAGRAPH if is_alone else _Hiding.LINE
        return self._answer_begins(is_last=is_last)

    def _answer_begins(self, *, is_last: bool) -> bool:
        """Return whether the label of an answer ends what is being dropped; remove it."""
        if self._hiding is _Hiding.NOTHING:
            return False
        line = self._buffer.partition("\n")[0]
        answer = _ANSWER_LABEL.search(line)
        if answer is None or (answer.end() == len(self._buffer) and not is_last):
            return False
        self._buffer = self._buffer[answer.end() :]
        self._hiding = _Hiding.NOTHING
        return True

    def _end_line(self, line: str, *, has_newline: bool) -> None:
        self._at_line_start = has_newline
        if not has_newline:
            return
        if self._hiding is _Hiding.LINE or (self._hiding is _Hiding.PARAGRAPH and not line.strip()):
            self._hiding = _Hiding.NOTHING
