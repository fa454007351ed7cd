"""Publishes a stream and keeps it published: reconnects, leaves pictures out, starts anew before 24 hours."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from encoder.flv import FlvKind, FlvTag
from encoder.rtmp import amf
from encoder.rtmp.address import StreamAddress, StreamKey
from encoder.rtmp.backlog import STALL_S, TOO_SLOW_S, Backlog, PictureGate
from encoder.rtmp.chunks import MessageKind
from encoder.rtmp.connection import RtmpConnection, open_connection
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.errors import PublishError, PublishFault, PublishStep

logger = logging.getLogger(__name__)

RETRIES_S = (0.25, 0.5, 1.0, 2.0, 4.0)
# A refused connection costs nothing, and a server that comes back is found at once.
LONGEST_AFTER_REFUSAL_S = 0.5
# A stream that ran for so long was sound: its end begins the retries anew.
STABLE_S = 10.0
GIVE_UP_S = 300.0
# Well before 24 h, and far from the 24.8 days after which a signed clock ends.
REPUBLISH_S = 20 * 3600.0
NEXT_TRY_S = 60.0  # after a planned new start that failed; the stream goes on meanwhile
TICK_S = 0.1
HELD_AUDIO = 100  # tags, two seconds
# A server whose reports alone say so often that it does not read is not believed any more.
MOST_REPORTED_STALLS = 3
# What a server answers while it still holds the stream of a connection that it has not noticed is gone.
_HELD = frozenset(
    {
        PublishFault.BAD_NAME,
        PublishFault.PUBLISH_REFUSED,
        PublishFault.DENIED,
        PublishFault.CLOSED_DURING_PUBLISH,
    }
)


class PublisherPhase(StrEnum):
    """What a publisher does."""

    CONNECTING = "connecting"
    PUBLISHING = "publishing"
    RECONNECTING = "reconnecting"
    HELD_BY_SERVER = "held_by_server"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PublisherState:
    """A phase, and the fault that led to it."""

    phase: PublisherPhase
    fault: PublishFault | None = None


@dataclass(frozen=True, slots=True)
class PublisherOptions:
    """How a publisher behaves. Times are in seconds, `first_timestamp_ms` is the clock of its first tag.

    `resumes`: the stream ran before, in another worker, so a refusal means that the server holds it still.
    """

    dial: DialOptions = field(default_factory=DialOptions)
    retries_s: tuple[float, ...] = RETRIES_S
    give_up_s: float = GIVE_UP_S
    stall_s: float = STALL_S
    republish_s: float = REPUBLISH_S
    first_timestamp_ms: int = 0
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class PublisherStats:
    """What a publisher has done so far."""

    sent_bytes: int
    sent_pictures: int
    dropped_pictures: int
    reconnects: int
    unsent_bytes: int
    behind_s: float


NOTHING_SENT = PublisherStats(0, 0, 0, 0, 0, 0.0)


class Publisher:
    """Sends the tags of one stream to one server. `send` never waits; `run` keeps the connection.

    - Configurations and the last key picture are kept: a new connection begins with them, at once.
    - Timestamps go on over reconnections and never go back; only a planned new start begins them anew.
    - `report` is called with each new state. `clock` counts seconds.
    """

    def __init__(
        self,
        address: StreamAddress,
        key: StreamKey,
        *,
        options: PublisherOptions | None = None,
        report: Callable[[PublisherState], None] = lambda state: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address, self._key = address, key
        self._options = options or PublisherOptions()
        self._report, self._clock = report, clock
        self._connection: RtmpConnection | None = None
        self._backlog, self._gate = Backlog(), PictureGate()
        self._first_tags: dict[FlvKind, FlvTag] = {}
        self._key_picture: FlvTag | None = None
        self._held: deque[FlvTag] | None = None
        self._offset_ms: int | None = None
        self._media_ms = 0
        self._sent_ms = -1
        self._sent_before = 0
        self._began_s = 0.0
        self._has_published = self._options.resumes
        self._is_stopping = self._is_retargeted = False
        self._failures = self._reconnects = self._reported_stalls = 0
        self._lost_at_s: float | None = None
        self._wake = asyncio.Event()

    @property
    def stats(self) -> PublisherStats:
        connection = self._connection
        return PublisherStats(
            self._sent_before + (connection.sent_bytes if connection else 0),
            self._gate.passed,
            self._gate.dropped,
            self._reconnects,
            connection.unsent_bytes if connection else 0,
            self._backlog.behind_s(self._clock()),
        )

    def send(self, tag: FlvTag) -> None:
        """Send a tag, or leave it out while there is no connection."""
        self._media_ms = max(self._media_ms, tag.time_ms)
        if tag.kind is FlvKind.METADATA or tag.is_configuration:
            self._first_tags[tag.kind] = tag
        elif tag.is_key:
            self._key_picture = tag
        if self._connection is not None:
            self._send_now(self._connection, tag)
        elif self._held is not None and tag.kind is FlvKind.AUDIO:
            self._held.append(tag)

    def replace_target(self, address: StreamAddress, key: StreamKey) -> None:
        """Go on with another address or key; the encoders run on.

        After an error of `run`, it makes another call of `run` useful.
        """
        self._address, self._key = address, key
        self._is_retargeted, self._has_published = True, False
        self._failures, self._lost_at_s = 0, None
        self._wake.set()

    def stop(self) -> None:
        """End the stream; `run` returns."""
        self._is_stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Publish until `stop`; raise the `PublishError` that no retry can repair."""
        self._report(PublisherState(PublisherPhase.CONNECTING))
        try:
            while not self._is_stopping:
                try:
                    await self._publish_once()
                except PublishError as error:
                    self._drop_connection()
                    await self._wait_after(error)
        finally:
            if self._connection is not None:
                self._connection.unpublish()
            self._drop_connection()
            self._report(PublisherState(PublisherPhase.ENDED))

    async def _publish_once(self) -> None:
        """Connect, and stream until the stop or a fault. A planned new start happens here too."""
        self._is_retargeted = False
        connection = await open_connection(self._address, self._options.dial)
        await self._begin(connection)
        wait_s = self._options.republish_s
        while not self._is_stopping and not self._is_retargeted:
            await self._watch(until_s=self._clock() + wait_s)
            if not self._is_stopping and not self._is_retargeted:
                wait_s = self._options.republish_s if await self._start_anew() else NEXT_TRY_S
        if self._is_retargeted:
            self._let_go()

    async def _begin(self, connection: RtmpConnection) -> None:
        """Publish on an open connection, and send what a decoder needs first."""
        try:
            await connection.publish(self._key)
        except BaseException:
            connection.end(PublishFault.CONNECTION_LOST)
            raise
        is_first = not self._has_published
        self._reconnects += not is_first
        self._has_published, self._lost_at_s = True, None
        self._connection, self._backlog, self._began_s = connection, Backlog(), self._clock()
        self._gate.await_key(is_first=is_first)
        self._report(PublisherState(PublisherPhase.PUBLISHING))
        held, self._held = self._held or (), None
        first_ms = held[0].time_ms if held else self._media_ms
        for kind in (FlvKind.METADATA, FlvKind.AUDIO, FlvKind.VIDEO):
            if kind in self._first_tags:
                self._send_now(connection, self._first_tags[kind].at(first_ms))
        for tag in held:
            self._send_now(connection, tag)
        if self._key_picture is not None:
            self._send_now(connection, self._key_picture.at(self._media_ms))
            # What follows refers to pictures that were left out.
            self._gate.await_key(is_first=is_first)

    async def _start_anew(self) -> bool:
        """Publish anew with a clock that begins again; the old stream ends once the new connection is open.

        Return whether it succeeded.
        """
        try:
            connection = await open_connection(self._address, self._options.dial)
        except PublishError as error:
            logger.warning("planned new start failed", extra={"fault": error.fault, "step": error.step})
            return False
        self._held = deque(maxlen=HELD_AUDIO)
        self._let_go()
        self._offset_ms, self._sent_ms = None, -1
        await self._begin(connection)
        return True

    async def _watch(self, *, until_s: float) -> None:
        """Return at a moment, or when the publisher is woken; raise the fault that ends the stream before."""
        while (now_s := self._clock()) < until_s and not self._is_stopping and not self._is_retargeted:
            connection = self._connection
            if connection is None:
                return
            self._note(connection, now_s)
            if self._backlog.stalled_s(now_s) >= self._options.stall_s:
                self._reported_stalls += not connection.unsent_bytes
                connection.end(PublishFault.STALLED)
            elif self._backlog.behind_s(now_s) >= TOO_SLOW_S:
                connection.end(PublishFault.TOO_SLOW)
            if connection.fault is not None:
                raise PublishError(connection.fault, PublishStep.STREAM)
            if now_s - self._began_s >= STABLE_S:
                self._failures = 0
            await self._sleep(min(TICK_S, until_s - now_s))

    async def _wait_after(self, error: PublishError) -> None:
        """Wait before the next attempt; raise the error when there is none."""
        now_s = self._clock()
        self._lost_at_s = now_s if self._lost_at_s is None else self._lost_at_s
        gave_up = now_s - self._lost_at_s >= self._options.give_up_s
        if gave_up or (error.permanent and not self._has_published):
            raise error
        is_held = error.step is PublishStep.PUBLISH and error.fault in _HELD
        phase = PublisherPhase.HELD_BY_SERVER if is_held else PublisherPhase.RECONNECTING
        self._report(PublisherState(phase, error.fault))
        logger.info("stream interrupted", extra={"fault": error.fault, "step": error.step})
        wait_s = self._options.retries_s[min(self._failures, len(self._options.retries_s) - 1)]
        if error.fault is PublishFault.CONNECTION_REFUSED:
            wait_s = min(wait_s, LONGEST_AFTER_REFUSAL_S)
        self._failures += 1
        await self._sleep(wait_s)

    async def _sleep(self, seconds: float) -> None:
        """Wait, or return at once when the publisher is stopped or has another target."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _send_now(self, connection: RtmpConnection, tag: FlvTag) -> None:
        now_s = self._clock()
        self._note(connection, now_s)
        if not self._gate.passes(tag, self._backlog.behind_s(now_s)):
            return
        if self._offset_ms is None:
            self._offset_ms = self._options.first_timestamp_ms - tag.time_ms
        self._sent_ms = max(tag.time_ms + self._offset_ms, self._sent_ms)
        payload = tag.payload
        if tag.kind is FlvKind.METADATA:
            payload = amf.encode("@setDataFrame") + payload
        connection.send(MessageKind(tag.kind), self._sent_ms, payload)

    def _note(self, connection: RtmpConnection, now_s: float) -> None:
        unsent = connection.unsent_bytes
        if self._reported_stalls < MOST_REPORTED_STALLS:
            unsent = max(unsent, connection.unread_bytes)
        self._backlog.note(written=connection.sent_bytes, unsent=unsent, now_s=now_s)

    def _let_go(self) -> None:
        """End the stream on the server, in good order."""
        if self._connection is not None:
            self._connection.unpublish()
        self._drop_connection()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._sent_before += self._connection.sent_bytes
            if self._connection.fault is None and self._connection.is_publishing:
                self._connection.end(PublishFault.CONNECTION_LOST)
        self._connection = None
