from enum import StrEnum
from math import ceil
from threading import BoundedSemaphore
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from redis.exceptions import RedisError

from chatsources.events import EventKind
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import say_line
from livesessions.shows.overlay_test import errors
from livesessions.shows.overlay_test.sample_texts import chat_texts, sample_quiz, sample_texts
from livesessions.shows.overlay_test.spoken_line import (
    OverlayTestLine,
    OverlayTestOutcome,
    speak_test_line,
)
from overlay.publisher import OverlayPublisher
from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, take
from providers.redis import async_redis
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
    OverlaySample.CHAT: (EventKind.COMMENT,),
    OverlaySample.FOLLOW: (EventKind.FOLLOW,),
    OverlaySample.GIFT: (EventKind.GIFT,),
    OverlaySample.QUIZ: (),
    OverlaySample.VOICE: (),
    OverlaySample.ALL: (EventKind.COMMENT, EventKind.FOLLOW, EventKind.GIFT),
}
SHOWN_FOR_MS = 15_000
# Of one show: 40 tests of any kind in a minute, 10 of them with a voice.
TESTS = Bucket(rate_per_s=30 / 60, burst=10)
SPOKEN_TESTS = Bucket(rate_per_s=7 / 60, burst=3)
# Each spoken test occupies a thread of the web process until it ends.
SLOTS = BoundedSemaphore(8)


def run_overlay_test(*, show: Show, sample: OverlaySample) -> OverlayTestOutcome:
    """Show or say a sample on a show's overlay, with or without a live; nothing is stored. Blocks.

    Raise `OverlayTestRefused` and `OverlayUnreachable` and, with a live that runs, the errors of `say_line`.
    """
    session = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
    speaks = sample in (OverlaySample.VOICE, OverlaySample.ALL)
    _count(show, TESTS, "any")
    if speaks:
        if session is not None and session.muted:
            raise errors.host_muted()
        _count(show, SPOKEN_TESTS, "voice")
    if session is not None and session.started_at is not None:
        return _test_in_live(session, show, sample, speaks=speaks)
    if speaks:
        return _speak(show, sample)
    async_to_sync(_show)(show, sample, as_if_on_air=True)
    return OverlayTestOutcome.SHOWN


def _test_in_live(
    session: LiveSession, show: Show, sample: OverlaySample, *, speaks: bool
) -> OverlayTestOutcome:
    if sample is OverlaySample.QUIZ:  # viewers would take it for a real one
        raise errors.quiz_in_live()
    async_to_sync(_show)(show, sample, as_if_on_air=False)
    if not speaks:
        return OverlayTestOutcome.SHOWN
    say_line(session=session, text=sample_texts(show.language).hello)
    return OverlayTestOutcome.ASKED


def _speak(show: Show, sample: OverlaySample) -> OverlayTestOutcome:
    with exclusive(show.id, "overlay-test") as is_free:
        if not is_free:
            raise errors.voice_busy()
        if not SLOTS.acquire(blocking=False):
            raise errors.too_many()
        try:
            async_to_sync(_show)(show, sample, as_if_on_air=True)
            line = OverlayTestLine(uuid4(), show.overlay_id, show.voice, sample_texts(show.language).hello)
            return async_to_sync(_speak_line)(line, show.id)
        except (RedisError, OSError) as error:
            raise errors.overlay_unreachable() from error
        finally:
            SLOTS.release()


def _count(show: Show, limit: Bucket, kind: str) -> None:
    """Count a test against a limit of the show; raise `OverlayTestRefused` when it is used up."""
    try:
        wait_s = take({f"overlay-test:{kind}:{show.id}": limit})
    except RateLimitUnavailable as error:
        raise errors.overlay_unreachable() from error
    if wait_s:
        raise errors.too_often(ceil(wait_s))


async def _show(show: Show, sample: OverlaySample, *, as_if_on_air: bool) -> None:
    texts = sample_texts(show.language)
    publisher = OverlayPublisher(show.overlay_id, redis=async_redis())
    if as_if_on_air:
        await publisher.start_test(SHOWN_FOR_MS)
        if sample in (OverlaySample.QUIZ, OverlaySample.ALL):
            await publisher.show_test_game(sample_quiz(texts, seconds=SHOWN_FOR_MS // 1000))
    for kind in CHAT_KINDS[sample]:
        await publisher.show_test_line(f"trial-{uuid4()}", texts.name, chat_texts(texts)[kind], kind)


async def _speak_line(line: OverlayTestLine, show_id: UUID) -> OverlayTestOutcome:
    async def live_runs() -> bool:
        return await in_thread(_is_on_air, show_id)

    return await speak_test_line(line, live_runs=live_runs)


def _is_on_air(show_id: UUID) -> bool:
    return LiveSession.objects.filter(show_id=show_id, status=LiveSession.Status.ACTIVE).exists()
