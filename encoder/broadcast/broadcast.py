"""Sends one live: its pictures, its mixed sound and the connection, from its start to the card at its end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import UUID

from encoder.broadcast.feed import StreamFeed
from encoder.broadcast.preview import preview_of
from encoder.broadcast.report import StreamMeter, StreamPhase, StreamReport, cpu_seconds
from encoder.broadcast.setup import Destination, StreamContent, StreamSetup, StreamUnready, UnreadyReason
from encoder.broadcast.sink import MixerSink
from encoder.flv import FlvTag
from encoder.mixer.buses import MusicBus, VoiceBus
from encoder.mixer.mixer import Mixer
from encoder.rtmp.errors import PublishError
from encoder.rtmp.publisher import (
    NOTHING_SENT,
    Publisher,
    PublisherOptions,
    PublisherPhase,
    PublisherState,
)

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 1.0
PREVIEW_EVERY_S = 10.0
WATCHED_FOR_S = 30.0
CARD_S = 3.0
LOOP = "loop"

T = TypeVar("T")


class ReportStore(Protocol):
    """Stores what a stream is doing for other processes. It never raises."""

    async def store(self, report: StreamReport) -> None:
        """Store the report of this second."""

    async def store_preview(self, jpeg: bytes) -> None:
        """Store a still."""


class Broadcast:
    """Streams beside a live, and never ends it: what fails is reported, and can be repaired meanwhile.

    - `sink` takes the host's voice from the start, whether or not the stream is published.
    - `report` is called once a second and at each change.
    - `heard` is called when an utterance begins and ends to sound in a published stream.
    - `may_go_on` is asked once a second: whether there is credit left.
    - `also` is given each tag.
    - `reports` stores each second's report, and a still every ten seconds while somebody watches.
    """

    def __init__(
        self,
        setup: StreamSetup,
        *,
        mode: str = LOOP,
        reports: ReportStore | None = None,
        report: Callable[[StreamReport], None] = lambda report: None,
        heard: Callable[[UUID, bool], None] = lambda utterance_id, ended: None,
        also: Callable[[FlvTag], None] = lambda tag: None,
        may_go_on: Callable[[], bool] = lambda: True,
        card_s: float = CARD_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._setup, self._mode = setup, mode
        self._tell, self._heard, self._also = report, heard, also
        self._reports, self._may_go_on = reports, may_go_on
        self._card_s, self._now_s = card_s, now_s
        self._voice = VoiceBus()
        self.sink = MixerSink(self._voice, heard=self._report_heard)
        self._mixer: Mixer | None = None
        self._feed: StreamFeed | None = None
        self._publisher: Publisher | None = None
        self._content: StreamContent | None = None
        self._meter = StreamMeter(frame_rate=30)
        self._phase, self._fault = StreamPhase.PREPARING, ""
        self._renewed, self._has_target = asyncio.Event(), asyncio.Event()
        self._watched_until_s = 0.0
        self._key_picture: FlvTag | None = None
        self._is_closing = False
        self._stills = 0

    @property
    def is_publishing(self) -> bool:
        return self._phase is StreamPhase.PUBLISHING

    def renew(self) -> None:
        """Read the destination again: another key was stored, or somebody wants another attempt."""
        self._renewed.set()

    def watch(self) -> None:
        """Make previews for a while: somebody looks at the console."""
        self._watched_until_s = self._now_s() + WATCHED_FOR_S

    async def carry(self, live: Callable[[], Awaitable[T]]) -> T:
        """Stream while a live runs, then show the card and end the stream. Return what the live returned.

        A live that is cancelled goes on in another worker: its stream ends at once and without a card.
        """
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part()) for part in (self._run, self._report_forever)]
            tasks.append(group.create_task(self._make_previews()))
            try:
                result = await live()
            except Exception as error:
                failure = error
            await self._close(StreamPhase.CLOSING)
            for task in tasks:
                task.cancel()
        self._enter(StreamPhase.ENDED)
        if failure is not None:
            raise failure
        return result

    # --- the stream ----------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._stream()
        except Exception:
            # A supervised edge: the live goes on without a stream.
            logger.exception("stream failed")
            self._enter(StreamPhase.FAILED, UnreadyReason.FAILED)

    async def _stream(self) -> None:
        content = self._content = await self._once_ready(self._setup.content)
        destination = await self._once_ready(self._setup.destination)
        publisher = self._publisher = Publisher(
            destination.address,
            destination.key,
            options=PublisherOptions(
                dial=destination.dial,
                first_timestamp_ms=destination.first_timestamp_ms,
                resumes=destination.resumes,
            ),
            report=self._note,
        )
        self._meter = StreamMeter(content.pictures.frame_rate)
        self._mixer = Mixer(self._voice, MusicBus(content.music))
        self._feed = StreamFeed(
            publisher,
            content.pictures,
            self._mixer,
            video_kbit_s=content.video_kbit_s,
            also=self._take,
        )
        async with asyncio.TaskGroup() as group:
            feeding = group.create_task(self._feed.run())
            renewing = group.create_task(self._renew_forever(publisher))
            await self._publish(publisher)
            feeding.cancel()
            renewing.cancel()

    async def _once_ready(self, read: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await read()
            except StreamUnready as unready:
                self._enter(StreamPhase.FAILED, unready.reason)
            await self._renewed.wait()
            self._renewed.clear()
            self._enter(StreamPhase.PREPARING)

    async def _publish(self, publisher: Publisher) -> None:
        """Publish until the stream is closed; after a refusal, wait for another key."""
        while True:
            self._has_target.clear()
            try:
                await publisher.run()
            except PublishError as error:
                self._enter(StreamPhase.FAILED, error.fault)
            else:
                return
            await self._has_target.wait()

    async def _renew_forever(self, publisher: Publisher) -> None:
        while True:
            await self._renewed.wait()
            self._renewed.clear()
            try:
                destination: Destination = await self._setup.destination()
            except StreamUnready as unready:
                logger.warning("stream not renewed: reason=%s", unready.reason)
                continue
            publisher.replace_target(destination.address, destination.key)
            self._has_target.set()

    async def _close(self, phase: StreamPhase, fault: str = "") -> None:
        """Fall silent, show the card for a moment, and end the stream."""
        if self._mixer is not None:
            self._mixer.is_muted = True
        was_publishing, self._is_closing = self.is_publishing, True
        if self._phase is not StreamPhase.FAILED:
            self._enter(phase, fault)
        card = self._content.card if self._content is not None else None
        if was_publishing and self._feed is not None and card is not None:
            self._feed.show(card)
            await asyncio.sleep(self._card_s)
        if self._publisher is not None:
            self._publisher.stop()

    def _take(self, tag: FlvTag) -> None:
        if tag.is_key:
            self._key_picture = tag
        self._also(tag)

    # --- what is told --------------------------------------------------------------------------------

    def _note(self, state: PublisherState) -> None:
        if state.phase is PublisherPhase.ENDED or self._is_closing:
            return
        self._enter(StreamPhase(state.phase.value), state.fault or "")

    def _enter(self, phase: StreamPhase, fault: str = "") -> None:
        has_changed = (phase, fault) != (self._phase, self._fault)
        self._phase, self._fault = phase, str(fault)
        if has_changed:
            logger.info("stream: phase=%s fault=%s", phase.value, self._fault)
            self._tell(self._report())

    def _report(self) -> StreamReport:
        publisher, feed = self._publisher, self._feed
        cpu_s = (cpu_seconds(feed.encoder_pid) + feed.mixing_ns / 1e9) if feed else 0.0
        return self._meter.measure(
            publisher.stats if publisher else NOTHING_SENT,
            phase=self._phase,
            fault=self._fault,
            mode=self._mode,
            cpu_s=cpu_s,
            stills=self._stills,
            now_s=self._now_s(),
        )

    async def _report_forever(self) -> None:
        while True:
            report = self._report()
            self._tell(report)
            if self._reports is not None:
                await self._reports.store(report)
            await asyncio.sleep(REPORT_EVERY_S)
            if self.is_publishing and not self._may_go_on():
                await self._close(StreamPhase.FAILED, UnreadyReason.USED_UP)

    def _report_heard(self, utterance_id: UUID, ended: bool) -> None:
        if self.is_publishing:
            self._heard(utterance_id, ended)

    async def _make_previews(self) -> None:
        """Store a preview every ten seconds while somebody watches."""
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            picture, content = self._key_picture, self._content
            if self._now_s() >= self._watched_until_s or picture is None or content is None:
                continue
            preview = await preview_of(content.pictures.configuration, picture)
            if preview is not None and self._reports is not None:
                await self._reports.store_preview(preview)
                self._stills += 1
            await asyncio.sleep(PREVIEW_EVERY_S - REPORT_EVERY_S)
