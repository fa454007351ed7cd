"""Reads what a live's stream needs from the database, the credentials and the prepared videos."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.errors import PlanRefused
from encoder.broadcast.setup import Destination, StreamContent, StreamUnready, UnreadyReason
from encoder.errors import StreamRefused
from encoder.ffmpeg import FfmpegFailed
from encoder.looping.library import LoopLibrary
from encoder.looping.preparation import LoopOptions
from encoder.looping.video import UnsuitableVideo
from encoder.mixer.shipped_music import compose
from encoder.models import StreamTarget
from encoder.readiness import require_stream
from encoder.rtmp.address import StreamKey
from encoder.rtmp.errors import PublishError
from encoder.rtmp.publisher import REPUBLISH_S
from encoder.services import dial_options
from encoder.stored_reports import StreamReports
from tenants.threads import in_thread

logger = logging.getLogger(__name__)

CARD_SECONDS = 2
SURELY_NEW = timedelta(seconds=10)
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class LiveStreamSetup:
    """The `StreamSetup` of one live.

    - `use_id`: the show; `began_at`: when the live began, from which the stream's clock counts.
    - `is_rehearsal`: nothing leaves this machine.
    """

    def __init__(
        self,
        *,
        tenant_id: UUID,
        use_id: UUID,
        language: str,
        began_at: datetime,
        is_rehearsal: bool,
        loops: LoopLibrary,
        reports: StreamReports,
    ) -> None:
        self._tenant_id, self._use_id = tenant_id, use_id
        self._language, self._began_at = language, began_at
        self._is_rehearsal = is_rehearsal
        self._loops, self._reports = loops, reports

    async def destination(self) -> Destination:
        """Return the stored address and key."""
        target, key = await in_thread(self._read)
        address = target.address
        passed_s = (timezone.now() - self._began_at).total_seconds() % REPUBLISH_S
        return Destination(
            address,
            key,
            dial_options(),
            first_timestamp_ms=max(0, round(passed_s * 1000)),
            resumes=await self._was_published(),
        )

    async def content(self) -> StreamContent:
        """Return the loop of the target's size, and the card in the show's language."""
        target, _key = await in_thread(self._read)
        width, height = map(int, target.size.split("x"))
        options = LoopOptions(
            width,
            height,
            target.frame_rate,
            video_kbit_s=target.video_kbit_s,
            background=target.background,
        )
        with translation.override(self._language):
            title = _("Back soon")
        card = LoopOptions(
            width,
            height,
            target.frame_rate,
            seconds=CARD_SECONDS,
            video_kbit_s=target.video_kbit_s,
            title=title,
            background=target.background,
        )
        try:
            loop, still = await self._loops.get(options), await self._loops.get(card)
        except (FfmpegFailed, UnsuitableVideo):
            logger.exception("video of a stream not prepared: size=%s", target.size)
            raise StreamUnready(UnreadyReason.NO_PICTURES) from None
        music = await asyncio.to_thread(compose, target.music) if target.music else None
        return StreamContent(loop, still, music, video_kbit_s=target.video_kbit_s)

    def _read(self) -> tuple[StreamTarget, StreamKey]:
        try:
            target, key = require_stream(tenant_id=self._tenant_id, use_id=self._use_id)
            is_local = target.address.host in LOCAL_HOSTS
        except PlanRefused as refusal:
            is_used_up = refusal.code.endswith("used_up")
            reason = UnreadyReason.USED_UP if is_used_up else UnreadyReason.NOT_IN_PLAN
            raise StreamUnready(reason) from None
        except StreamRefused as refusal:
            has_target = refusal.code == "stream_key_missing"
            raise StreamUnready(UnreadyReason.NO_KEY if has_target else UnreadyReason.NO_TARGET) from None
        except PublishError:
            raise StreamUnready(UnreadyReason.NO_TARGET) from None
        if self._is_rehearsal and not is_local:
            raise StreamUnready(UnreadyReason.REHEARSAL)
        return target, key

    async def _was_published(self) -> bool:
        found = await self._reports.was_published()
        if found is not None:
            return found
        # Redis is away: a live that has run for a while may well have been streamed by another worker.
        return timezone.now() - self._began_at > SURELY_NEW
