"""What a live needs from the outside: a gate, a planner, a voice, sinks, a screen and an observer."""

from collections.abc import AsyncGenerator, Callable
from typing import Any, Protocol
from uuid import UUID

from chatsources.events import LiveEvent
from chatsources.port import SourceState
from livesessions.pipeline.records import ReplyRecord
from livesessions.pipeline.selection.queue_report import QueueReport
from moderation.stage.verdict import Verdict
from planner.stage.turn import TokenUsage, Turn
from speech.stage.audio import AudioChunk


class Gate(Protocol):
    """Judges every text, of viewers and of the host. It promises to be quick and never to raise."""

    def review(self, text: str) -> Verdict:
        """Judge one text."""


class ReplyPlanner(Protocol):
    """Writes the host's replies in whole sentences. Raises `PlannerError`s."""

    def plan(self, turn: Turn, usage: TokenUsage) -> AsyncGenerator[str, None]:
        """Yield the sentences of one reply; none when there is nothing to say."""

    def intent_of(self, turn: Turn) -> str:
        """Return the intent of a turn. If the planner finds no reply to it, it finds none for its intent."""

    def language_of(self, turn: Turn, sentence: str) -> str:
        """Return the language in which to say a sentence of a turn's reply; empty for the show's."""

    def remember(self, turn: Turn, reply: str) -> None:
        """Store what was really said to a turn."""

    async def summarize(self, approves: Callable[[str], bool]) -> None:
        """Summarize older exchanges when it is time; drop a summary that `approves` refuses."""

    def snapshot(self) -> list[dict[str, Any]]:
        """Return the memory as plain values."""

    def restore(self, saved: list[dict[str, Any]]) -> None:
        """Replace the memory by that of a snapshot."""


class Voice(Protocol):
    """Voices text. Its faults are `SpeechError`s."""

    async def pieces_of(self, text: str) -> list[str]:
        """Split a text into the pieces that are best synthesized one by one."""

    def speak(self, text: str, *, recurs: bool = False) -> AsyncGenerator[AudioChunk, None]:
        """Yield a text's audio as it is made. `recurs`: it is likely to be said again word for word."""


class VoiceIn(Protocol):
    """Gives the voice for each language."""

    async def __call__(self, language: str) -> Voice:
        """Return the host's voice for texts in a language, such as "de". The first time may take longer."""


class AudioSink(Protocol):
    """An output for the host's voice. It raises `ConnectionError` when it cannot be reached."""

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        """Announce an utterance and its first sentence, and play its `first` chunk, which is number 0.

        Without a `language` the sentence is in the show's.
        """

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        """Announce a further sentence, which begins at `at_ms` of the utterance's audio."""

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        """Play a chunk after the ones before; `sequence` counts from 0 in each utterance."""

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        """Show a sentence that no voice can say, for as long as it takes to read. It may be voiced later."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        """Mark that all audio of the utterance was sent."""

    async def cut(self, utterance_id: UUID | None) -> None:
        """Stop an utterance (None: any) at once, and drop the rest of it."""

    async def set_muted(self, muted: bool) -> None:
        """Fall silent, or sound again."""

    async def set_live(self, live: bool) -> None:
        """Go on air, or off."""


class Screen(Protocol):
    """Shows the chat and the games to the audience. It raises `ConnectionError` when out of reach."""

    async def chat(self, line_id: str, name: str, text: str, kind: str) -> None:
        """Show one chat message."""

    async def retract(self, ids: list[str]) -> None:
        """Remove chat messages."""

    async def game(self, state: dict[str, Any]) -> None:
        """Show the state of the game, as `Games.state` returns it."""

    async def tally(self, counts: dict[str, int]) -> None:
        """Show how many follows, gifts and so on there were, by `EventKind`."""


class ClaimReply(Protocol):
    """Claims a reply for this worker just before it is voiced."""

    async def __call__(self, record: ReplyRecord) -> bool:
        """Return False when it must not be said: another worker holds the live, or it is muted or stopped."""


async def no_claim(record: ReplyRecord) -> bool:
    """Claim a reply of a live that no other worker can hold."""
    return True


class Observer(Protocol):
    """Records what happens in a live. It promises to return at once: it may not wait for anything."""

    def event_happened(self, event: LiveEvent, verdict: Verdict | None) -> None:
        """An event was taken in; `verdict` is None where there was no text to judge."""

    def reply_changed(self, record: ReplyRecord) -> None:
        """A reply began, went on or ended."""

    def state_changed(self, *, viewers: int | None, counts: dict[str, int], connection: SourceState) -> None:
        """The number of viewers, one of the counts or the connection to the chat may have changed."""

    def game_changed(self, state: dict[str, Any]) -> None:
        """A game began, went on or ended; `state` is as `Games.state` returns it."""

    def queue_changed(self, report: QueueReport) -> None:
        """The turns that come next have changed; only while a console is open."""
