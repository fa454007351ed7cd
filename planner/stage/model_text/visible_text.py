"""Removes from a model's stream everything that is not meant to be said: reasoning, tool calls, code."""

import re
from dataclasses import dataclass

from planner.stage.model_text.escapes import EscapeDecoder
from planner.stage.model_text.labelled_lines import LabelledLines
from planner.stage.model_text.tags import PARTIAL_TAG, TAG, Tag, TagKind, tag_of

_SILENT_CHANNELS = re.compile(r"analysis|commentary|thought|think|reason|tool|function", re.IGNORECASE)
_AFTER_THE_END, _HEADER, _CHANNEL = "end", "header", "channel"


@dataclass(frozen=True, slots=True)
class Visible:
    """The next piece of what may be said. `restarts`: nothing before it was meant to be said."""

    text: str = ""
    restarts: bool = False

    def then(self, following: "Visible") -> "Visible":
        """Return this piece and the next as one."""
        return following if following.restarts else Visible(self.text + following.text, self.restarts)


class VisibleText:
    """Takes an answer piece by piece and gives back what may be said of it.

    A block that is never closed hides the rest of the answer. A closing tag without an opening one, as of
    models whose template opens the block for them, means that everything before it was reasoning: the piece
    `restarts`. `waits` keeps all text back until that tag, or the end of the answer.
    """

    def __init__(self, *, waits: bool = False) -> None:
        self._escapes = EscapeDecoder()
        self._lines = LabelledLines()
        self._buffer = ""
        self._block = ""
        self._header = ""
        self._waits = waits
        self._kept = ""
        self.was_reasoning = False  # whether a tag closed reasoning that no tag had opened

    def push(self, text: str) -> Visible:
        """Take a piece; return what may be said of all that is decided by now."""
        self._buffer += self._escapes.push(text)
        visible = self._decided()
        partial = PARTIAL_TAG.search(self._buffer)
        end = partial.start() if partial else len(self._buffer)
        visible = visible.then(self._shown(self._buffer[:end]))
        self._buffer = self._buffer[end:]
        return self._released(visible)

    def finish(self) -> Visible:
        """Return the rest, at the end of the answer."""
        self._buffer += self._escapes.finish()
        visible = self._decided().then(self._shown(self._buffer))
        self._buffer = ""
        rest = self._lines.finish()
        visible = self._released(visible.then(Visible(rest.text, rest.restarts)))
        kept, self._kept = self._kept, ""
        return visible if visible.restarts else Visible(kept + visible.text)

    def _released(self, visible: Visible) -> Visible:
        if visible.restarts:
            self._waits, self._kept = False, ""
        if not self._waits:
            return visible
        self._kept += visible.text
        return Visible()

    def _decided(self) -> Visible:
        """Handle all whole tags of the buffer."""
        visible = Visible()
        while found := TAG.search(self._buffer):
            tag = tag_of(found[0])
            end = found.start() if tag else found.end()
            visible = visible.then(self._shown(self._buffer[:end]))
            self._buffer = self._buffer[found.end() :]
            if tag:
                visible = visible.then(self._apply(tag))
        return visible

    def _shown(self, text: str) -> Visible:
        if self._block == _HEADER:
            self._header += text
        if self._block or not text:
            return Visible()
        shown = self._lines.push(text)
        return Visible(shown.text, shown.restarts)

    def _apply(self, tag: Tag) -> Visible:
        match tag.kind:
            case TagKind.ANSWER:
                return self._restart()
            case TagKind.HEADER:
                self._block, self._header = _HEADER, ""
            case TagKind.BODY if self._block == _HEADER:
                return self._begin_channel()
            case TagKind.ENDS:
                self._block = _AFTER_THE_END
            case TagKind.BREAK:
                return self._shown("\n")
            case _ if self._block:
                if tag.kind is not TagKind.OPENS and tag.name == self._block:
                    self._block = ""
            case TagKind.CLOSES:
                self.was_reasoning = True
                return self._restart()
            case TagKind.OPENS | TagKind.TOGGLES:
                self._block = tag.name
        return Visible()

    def _begin_channel(self) -> Visible:
        if _SILENT_CHANNELS.search(self._header):
            self._block = _CHANNEL
            return Visible()
        return self._restart()

    def _restart(self) -> Visible:
        self._block = ""
        self._lines = LabelledLines()
        return Visible(restarts=True)


def visible_text(written: str) -> str:
    """Return what may be said of a whole answer."""
    text = VisibleText()
    return text.push(written).then(text.finish()).text
