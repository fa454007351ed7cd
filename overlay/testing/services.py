from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from threading import BoundedSemaphore
from typing import Protocol
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from redis.exceptions import RedisError

from overlay.publisher import OverlayPublisher
from overlay.testing import errors
from overlay.testing.sample_texts import chat_texts, sample_quiz, sample_texts
from overlay.testing.spoken_line import OverlayTestLine, OverlayTestOutcome, speak_test_line
from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, take
from providers.redis import async_redis
from speech.models import VoiceProfile
from speech.runtime.preview_slots import exclusive
from tenants.threads import in_thread


class OverlaySample(StrEnum):
    """What an overlay test shows or says."""

    CHAT = "chat"
    FOLLOW = "follow"
    GIFT = "gift"
    QUIZ = "quiz"
    VOICE = "voice"
    ALL = "all"


CHAT_KINDS = {
    OverlaySample.CHAT: ("comment",),
    OverlaySample.FOLLOW: ("follow",),
    OverlaySample.GIFT: ("gift",),
    OverlaySample.QUIZ: (),
    OverlaySample.VOICE: (),
    OverlaySample.ALL: ("comment", "follow", "gift"),
}
SHOWN_FOR_MS = 15_000
# Of one show: 40 tests of any kind in a minute, 10 of them with a voice.
TESTS = Bucket(rate_per_s=30 / 60, burst=10)
SPOKEN_TESTS = Bucket(rate_per_s=7 / 60, burst=3)
# Each spoken test occupies a thread of the web process until it ends.
SLOTS = BoundedSemaphore(8)


class RunningLive(Protocol):
    """A live that has not ended on the tested overlay."""

    @property
    def is_muted(self) -> bool:
        """Whether the host is muted."""

    @property
    def has_started(self) -> bool:
        """Whether it has been on air."""

    def say(self, text: str) -> None:
        """Ask the host to say a text. Blocks."""


@dataclass(frozen=True, slots=True)
class OverlayTestTarget:
    """The overlay under test, and what its show says about it.

    - `show_id`: the show that the tests are counted for.
    - `live`: the live that has not ended; None when there is none.
    - `is_on_air`: returns whether a live runs on the overlay now. Blocks.
    """

    show_id: UUID
    overlay_id: UUID
    language: str
    voice: VoiceProfile
    live: RunningLive | None
    is_on_air: Callable[[], bool]


def run_overlay_test(*, target: OverlayTestTarget, sample: OverlaySample) -> OverlayTestOutcome:
    """Show or say a sample on an overlay, with or without a live; nothing is stored. Blocks.

    Raise `OverlayTestRefused` and `OverlayUnreachable` and, with a live that runs, what its `say` raises.
    """
    live = target.live
    speaks = sample in (OverlaySample.VOICE, OverlaySample.ALL)
    _count(target, TESTS, "any")
    if speaks:
        if live is not None and live.is_muted:
            raise errors.host_muted()
        _count(target, SPOKEN_TESTS, "voice")
    if live is not None and live.has_started:
        return _test_in_live(live, target, sample, speaks=speaks)
    if speaks:
        return _speak(target, sample)
    async_to_sync(show_sample)(target.overlay_id, target.language, sample, as_if_on_air=True)
    return OverlayTestOutcome.SHOWN


def _test_in_live(
    live: RunningLive, target: OverlayTestTarget, sample: OverlaySample, *, speaks: bool
) -> OverlayTestOutcome:
    if sample is OverlaySample.QUIZ:  # viewers would take it for a real one
        raise errors.quiz_in_live()
    async_to_sync(show_sample)(target.overlay_id, target.language, sample, as_if_on_air=False)
    if not speaks:
        return OverlayTestOutcome.SHOWN
    live.say(sample_texts(target.language).hello)
    return OverlayTestOutcome.ASKED


def _speak(target: OverlayTestTarget, sample: OverlaySample) -> OverlayTestOutcome:
    with exclusive(target.show_id, "overlay-test") as is_free:
        if not is_free:
            raise errors.voice_busy()
        if not SLOTS.acquire(blocking=False):
            raise errors.too_many()
        try:
            async_to_sync(show_sample)(target.overlay_id, target.language, sample, as_if_on_air=True)
            line = OverlayTestLine(
                uuid4(), target.overlay_id, target.voice, sample_texts(target.language).hello
            )
            return async_to_sync(_speak_line)(line, target.is_on_air)
        except (RedisError, OSError) as error:
            raise errors.overlay_unreachable() from error
        finally:
            SLOTS.release()


def _count(target: OverlayTestTarget, limit: Bucket, kind: str) -> None:
    """Count a test against a limit of its show; raise `OverlayTestRefused` when it is used up."""
    try:
        wait_s = take({f"overlay-test:{kind}:{target.show_id}": limit})
    except RateLimitUnavailable as error:
        raise errors.overlay_unreachable() from error
    if wait_s:
        raise errors.too_often(ceil(wait_s))


async def show_sample(overlay_id: UUID, language: str, sample: OverlaySample, *, as_if_on_air: bool) -> None:
    """Show the visible part of a sample; `as_if_on_air` makes the pages look as in a live for 15 s."""
    texts = sample_texts(language)
    publisher = OverlayPublisher(overlay_id, redis=async_redis())
    if as_if_on_air:
        await publisher.start_test(SHOWN_FOR_MS)
        if sample in (OverlaySample.QUIZ, OverlaySample.ALL):
            await publisher.show_test_game(sample_quiz(texts, seconds=SHOWN_FOR_MS // 1000))
    for kind in CHAT_KINDS[sample]:
        await publisher.show_test_line(f"trial-{uuid4()}", texts.name, chat_texts(texts)[kind], kind)


async def _speak_line(line: OverlayTestLine, is_on_air: Callable[[], bool]) -> OverlayTestOutcome:
    async def live_runs() -> bool:
        return await in_thread(is_on_air)

    return await speak_test_line(line, live_runs=live_runs)
