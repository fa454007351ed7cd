"""Keeps the audio of a live's replies, where its show asks for it. Nothing here delays what is heard."""

import asyncio
import io
import logging
import wave
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError

from livesessions.models.replies import REPLY_AUDIO, ReplyAudio, audio_key
from livesessions.models.sessions import LiveSession
from providers.errors import ObjectStoreError
from providers.object_store import ObjectStore
from speech.stage.audio import BYTES_PER_SAMPLE, AudioChunk
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

MAX_REPLY_S = 60
MAX_LIVE_BYTES = 500 * 2**20
MAX_WAITING = 50


@dataclass(frozen=True, slots=True)
class FinishedReply:
    """The audio of one reply: mono s16le samples."""

    tenant_id: UUID
    session_id: UUID
    reply_id: UUID
    pcm: bytes
    sample_rate_hz: int


@dataclass(slots=True)
class _GrowingReply:
    sample_rate_hz: int
    pcm: bytearray = field(default_factory=bytearray)


class ReplyAudioStore:
    """Stores finished replies one after the other; beyond `MAX_WAITING` the newest are not kept."""

    def __init__(self, objects: ObjectStore | None = None) -> None:
        self._objects = objects or ObjectStore(REPLY_AUDIO)
        self._waiting: asyncio.Queue[FinishedReply] = asyncio.Queue(MAX_WAITING)

    def close(self) -> None:
        self._objects.close()

    def keep(self, reply: FinishedReply) -> None:
        """Queue a reply; never waits."""
        try:
            self._waiting.put_nowait(reply)
        except asyncio.QueueFull:
            logger.warning("audio of a reply not kept, the store is too slow: session=%s", reply.session_id)

    async def run(self) -> None:
        """Store until cancelled."""
        while True:
            reply = await self._waiting.get()
            try:
                await self._store(reply)
            except (DatabaseError, ObjectStoreError):
                logger.warning("audio of a reply not kept: session=%s", reply.session_id)

    async def _store(self, reply: FinishedReply) -> None:
        sound = await asyncio.to_thread(encode_wav, reply.pcm, reply.sample_rate_hz)
        # The row first: retention deletes by rows, and a file without one would stay forever.
        row = await in_thread(_add_row, reply, len(sound))
        try:
            await self._objects.put(reply.tenant_id, audio_key(reply.session_id, reply.reply_id), sound)
        except ObjectStoreError:
            await in_thread(row.delete)
            raise


class ReplyAudioSink:
    """An `AudioSink` of one live that gathers each reply and gives it to the store when it ends or is cut.

    At most `max_reply_s` seconds of a reply and `max_live_bytes` of a live are kept.
    """

    def __init__(
        self,
        session: LiveSession,
        store: ReplyAudioStore,
        *,
        max_reply_s: int = MAX_REPLY_S,
        max_live_bytes: int = MAX_LIVE_BYTES,
    ) -> None:
        self._max_reply_s, self._max_live_bytes = max_reply_s, max_live_bytes
        self._session = session
        self._store = store
        self._growing: dict[UUID, _GrowingReply] = {}
        self._kept_bytes = 0

    async def begin(
        self, utterance_id: UUID, text: str, language: str = "", first: AudioChunk | None = None
    ) -> None:
        if first is not None:
            await self.audio(utterance_id, 0, first)

    async def caption(self, utterance_id: UUID, text: str, at_ms: int, language: str = "") -> None:
        """Do nothing."""

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        reply = self._growing.setdefault(utterance_id, _GrowingReply(chunk.sample_rate_hz))
        room = self._max_reply_s * reply.sample_rate_hz * BYTES_PER_SAMPLE - len(reply.pcm)
        if chunk.sample_rate_hz == reply.sample_rate_hz:
            reply.pcm += chunk.pcm[: max(room, 0)]

    async def show_text(self, utterance_id: UUID, text: str, language: str = "") -> None:
        """Do nothing: there is no sound."""

    async def end(self, utterance_id: UUID, duration_ms: int) -> None:
        self._finish(utterance_id)

    async def cut(self, utterance_id: UUID | None) -> None:
        for each in [utterance_id] if utterance_id else list(self._growing):
            self._finish(each)

    async def set_muted(self, muted: bool) -> None:
        """Finish what is being said: a mute cuts it without a word."""
        if muted:
            await self.cut(None)

    async def set_live(self, live: bool) -> None:
        await self.cut(None)

    def _finish(self, utterance_id: UUID) -> None:
        reply = self._growing.pop(utterance_id, None)
        if reply is None or self._kept_bytes + len(reply.pcm) > self._max_live_bytes:
            return
        self._kept_bytes += len(reply.pcm)
        session = self._session
        self._store.keep(
            FinishedReply(session.tenant_id, session.id, utterance_id, bytes(reply.pcm), reply.sample_rate_hz)
        )


def encode_wav(pcm: bytes, sample_rate_hz: int) -> bytes:
    """Return mono s16le samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(BYTES_PER_SAMPLE)
        sound.setframerate(sample_rate_hz)
        sound.writeframes(pcm)
    return file.getvalue()


def _add_row(reply: FinishedReply, size: int) -> ReplyAudio:
    row: ReplyAudio = ReplyAudio.objects.update_or_create(
        reply_id=reply.reply_id,
        defaults={"tenant_id": reply.tenant_id, "session_id": reply.session_id, "size": size},
    )[0]
    return row
