"""Reads a model's answer sentence by sentence, without its reasoning, tool calls and code."""

from collections.abc import AsyncGenerator, Callable

from planner.stage.draft import MAX_CHARACTERS
from planner.stage.model_text.visible_text import Visible, VisibleText
from planner.stage.sentences import SentenceChunker
from planner.stage.turn import TokenUsage
from providers.language_models.ports import ChatStream

# Markup and emoji fall away in cleaning, so a sentence may run somewhat longer before it is cut off.
MAX_WRITTEN_CHARACTERS = 2 * MAX_CHARACTERS


class SentenceStream:
    """The sentences of one answer, as they were written. It sets the model's name in `usage`.

    `on_restart` is called when it turns out that nothing before was meant to be said. `waits`: the model's
    last answer began with reasoning that no tag opened, so the first sentences wait until a tag closes it.
    """

    def __init__(
        self,
        stream: ChatStream,
        usage: TokenUsage,
        *,
        language: str,
        on_restart: Callable[[], None],
        waits: bool = False,
    ) -> None:
        self._stream = stream
        self._usage = usage
        self._language = language
        self._on_restart = on_restart
        self._visible = VisibleText(waits=waits)
        self._chunker = SentenceChunker(self._language)

    @property
    def reasons_first(self) -> bool:
        """Whether a tag closed reasoning that no tag had opened."""
        return self._visible.was_reasoning

    async def sentences(self) -> AsyncGenerator[str, None]:
        """Yield each sentence once it is complete; stop at one that does not end."""
        async for delta in self._stream:
            self._usage.model = delta.model
            for sentence in self._take(self._visible.push(delta.text)):
                yield sentence
            if len(self._chunker.pending) > MAX_WRITTEN_CHARACTERS:
                break
        for sentence in [*self._take(self._visible.finish()), *self._chunker.flush()]:
            yield sentence

    def _take(self, visible: Visible) -> list[str]:
        if visible.restarts:
            self._chunker = SentenceChunker(self._language)
            self._on_restart()
        return self._chunker.push(visible.text)
