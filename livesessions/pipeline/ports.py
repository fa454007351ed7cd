"""What a live needs from the outside: a gate, a planner, a voice, ways out, and somebody who takes notes."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol
from uuid import UUID

from livesessions.pipeline.records import ReplyRecord
from livesessions.sources.events import LiveEvent
from livesessions.sources.port import SourceState
from moderation.stage.verdict import Verdict
from planner.stage.turn import TokenUsage, Turn
from speech.stage.audio import AudioChunk


class Gate(Protocol):
    """Judges every text, a viewer's and the host's alike. It promises to be quick and never to raise."""

    def review(self, text: str) -> Verdict:
        """Judge one text."""


class Words(Protocol):
    """Finds the host's words. It promises whole sentences; its faults are `PlannerError`s."""

    def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the sentences of one reply; none when there is nothing to say."""

    def intent_of(self, turn: Turn) -> str:
        """Return what a turn is about: without words for one there are none for its like either."""

    def remember(self, turn: Turn, reply: str) -> None:
        """Keep what was really said to a turn."""

    async def tidy(self, approves: Callable[[str], bool]) -> None:
        """Sum up what was said longer ago, when it is time; keep nothing that `approves` is against."""

    def snapshot(self) -> list[dict[str, Any]]:
        """Return what was kept, as plain values."""

    def restore(self, frozen: list[dict[str, Any]]) -> None:
        """Keep what a snapshot holds."""


class Voice(Protocol):
    """Voices text. Its faults are `SpeechError`s."""

    def pieces_of(self, text: str) -> list[str]:
        """Return the pieces in which a text is best voiced, one after the other."""

    def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield a text's audio as it is made. `recurs`: it is likely to be said again, word for word."""


class AudioSink(Protocol):
    """A way out for the host's voice. It raises `ConnectionError` when it cannot be reached."""

    async def begin(self, utterance_id: UUID, text: str) -> None:
        """Announce an utterance and its first sentence; its audio follows."""

    async def caption(self, utterance_id: UUID, text: str, at_ms: int) -> None:
        """Announce a further sentence, which begins at `at_ms` of the utterance's audio."""

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Play a chunk after those before it; `sequence` counts from 0 in each utterance."""

    async def show_text(self, utterance_id: UUID, text: str) -> None:
        """Show a sentence that nobody can voice, for as long as it takes to read. It may be voiced later."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Say that all audio of the utterance has been sent."""

    async def cut(self, utterance_id: UUID | None) -> None:
        """Stop an utterance (None: whatever plays) at once and forget the rest of it."""

    async def set_muted(self, muted: bool) -> None:
        """Fall silent, or open again."""

    async def set_live(self, live: bool) -> None:
        """Go on air, or off."""


class Screen(Protocol):
    """Where the audience sees the chat and the games. It raises `ConnectionError` when out of reach."""

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show one line."""

    async def retract(self, ids: list[str]) -> None:
        """Take lines away again."""

    async def game(self, state: dict[str, Any]) -> None:
        """Show how a game stands; `state` is that of `Games.state`."""

    async def tally(self, counts: dict[str, int]) -> None:
        """Show how many follows, gifts and the like there have been, by the names of `EventKind`."""


class Observer(Protocol):
    """Takes notes. It promises to return at once: it may not wait for anything."""

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        """Something happened in the room; `verdict` is None where there was no text to judge."""

    def reply_changed(self, record: ReplyRecord) -> None:
        """A reply began, went on or ended."""

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        """The number of viewers, one of the counts or the connection to the chat may have changed."""

    def game_changed(self, state: dict[str, Any]) -> None:
        """A game began, went on or ended; `state` is that of `Games.state`."""
