"""Cuts the audio of one line into short chunks, mastered on the way."""

from speech.errors import SpeechError
from speech.stage.audio import BYTES_PER_SAMPLE, MAX_CHUNK_S, AudioChunk
from speech.stage.level import Level
from speech.stage.sound.loudness import Loudness
from speech.stage.sound.mastering import HELD_BACK_S, Mastering

FIRST_CHUNK_S = 0.04


class Chunker:
    """Cuts audio into chunks that start short and double in length up to `MAX_CHUNK_S`.

    The first chunk plays at once, later ones need few messages, and no chunk waits for much more audio than
    the listener has already buffered. `add` is cheap; `next_chunks`, `rest` and `loudness` do the mastering.
    They may run in another thread, one after the other.
    """

    def __init__(self, level: Level | None, *, records: bool = False) -> None:
        self.silent = True
        self.duration_s = 0.0  # of all chunks so far
        self._kept: bytearray | None = bytearray() if records else None
        self._level = level
        self._mastering: Mastering | None = None
        self._raw = bytearray()
        self._pending = bytearray()
        self._given_rate_hz = 0
        self._sample_rate_hz = 0
        self._wanted_s = FIRST_CHUNK_S

    def add(self, piece: AudioChunk) -> None:
        """Add a piece of audio; raise `SpeechError` when its sample rate is not the line's."""
        self._settle(piece.sample_rate_hz)
        self._raw += piece.pcm

    @property
    def is_ready(self) -> bool:
        """Whether there is enough audio to master the next chunk."""
        return len(self._raw) >= self._needed

    def next_chunks(self) -> list[AudioChunk]:
        """Master as much as the next chunk needs; return the chunks that are complete."""
        # Mastering a whole chunk at once is several times cheaper than in small parts.
        self._master(self._needed)
        chunks = []
        while len(self._pending) >= self._bytes_in(self._wanted_s):
            chunks.append(self._take())
            self._wanted_s = min(2 * self._wanted_s, MAX_CHUNK_S)
        return chunks

    def rest(self) -> list[AudioChunk]:
        """Return the rest of the line in chunks, once no more pieces come."""
        self._master(len(self._raw))
        if self._mastering:
            self._pending += self._mastering.finish()
        chunks = []
        while len(self._pending) >= BYTES_PER_SAMPLE:
            chunks.append(self._take())
        return chunks

    def loudness(self) -> Loudness | None:
        """Return the loudness of the original line; None for silence, and where nothing is mastered."""
        return self._mastering.loudness if self._mastering else None

    @property
    def whole(self) -> AudioChunk:
        """All chunks as one; only with `records`."""
        return AudioChunk(bytes(self._kept or b""), self._sample_rate_hz)

    @property
    def _needed(self) -> int:
        """Number of incoming bytes after which the next chunk can be complete."""
        missing_s = self._wanted_s - len(self._pending) / BYTES_PER_SAMPLE / self._sample_rate_hz
        if self._mastering and not self._mastering.has_begun:
            missing_s += HELD_BACK_S
        return max(BYTES_PER_SAMPLE, int(missing_s * self._given_rate_hz) * BYTES_PER_SAMPLE)

    def _master(self, size: int) -> None:
        whole = size - size % BYTES_PER_SAMPLE
        pcm = bytes(self._raw[:whole])
        del self._raw[:whole]
        self._pending += self._mastering.feed(pcm) if self._mastering else pcm

    def _settle(self, sample_rate_hz: int) -> None:
        if sample_rate_hz <= 0:
            raise SpeechError("The provider gave audio without a sample rate.", permanent=True)
        if self._given_rate_hz == 0:
            self._given_rate_hz = self._sample_rate_hz = sample_rate_hz
            if self._level:
                self._mastering = Mastering(sample_rate_hz, gain_db=self._level.gain_db)
                self._sample_rate_hz = self._mastering.sample_rate_hz
        if self._given_rate_hz != sample_rate_hz:
            raise SpeechError("The provider changed the sample rate in mid-line.")

    def _take(self) -> AudioChunk:
        size = min(len(self._pending), self._bytes_in(MAX_CHUNK_S))
        chunk = AudioChunk(bytes(self._pending[:size]), self._sample_rate_hz)
        del self._pending[:size]
        self.silent = False
        self.duration_s += chunk.duration_s
        if self._kept is not None:
            self._kept += chunk.pcm
        return chunk

    def _bytes_in(self, duration_s: float) -> int:
        return max(1, int(duration_s * self._sample_rate_hz)) * BYTES_PER_SAMPLE
