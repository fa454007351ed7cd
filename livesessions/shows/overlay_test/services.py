from enum import StrEnum
from math import ceil
from threading import BoundedSemaphore
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from redis.exceptions import RedisError

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import say_line
from livesessions.shows.overlay_test import errors
from livesessions.shows.overlay_test.samples import lines_of, quiz_of, samples_for
from livesessions.shows.overlay_test.voice import Outcome, SpokenLine, say
from livesessions.sources.events import EventKind
from overlay.publisher import OverlayPublisher
from providers.errors import RateLimitUnavailable
from providers.rate_limit import Bucket, take
from providers.redis import async_redis
from speech.runtime.preview_slots import exclusive
from tenants.threads import in_thread


class Trial(StrEnum):
    """What can be tried out."""

    CHAT = "chat"
    FOLLOW = "follow"
    GIFT = "gift"
    QUIZ = "quiz"
    VOICE = "voice"
    ALL = "all"


LINES = {
    Trial.CHAT: (EventKind.COMMENT,),
    Trial.FOLLOW: (EventKind.FOLLOW,),
    Trial.GIFT: (EventKind.GIFT,),
    Trial.QUIZ: (),
    Trial.VOICE: (),
    Trial.ALL: (EventKind.COMMENT, EventKind.FOLLOW, EventKind.GIFT),
}
SHOWN_FOR_MS = 15_000
# Of one show: 10 voices in any minute, and 40 trials of any kind.
VOICES = Bucket(rate_per_s=7 / 60, burst=3)
TRIALS = Bucket(rate_per_s=30 / 60, burst=10)
# Each voice holds a thread of the web's process while it is waited for.
_seats = BoundedSemaphore(8)


def try_out(*, show: Show, trial: Trial) -> Outcome:
    """Show or say something on a show's overlay, whether or not a live runs; nothing of it is written down.

    Blocks while a voice is waited for. Raises `OverlayTestRefused` and `OverlayUnreachable`; with a live
    that runs also what `say_line` raises.
    """
    session = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
    speaks = trial in (Trial.VOICE, Trial.ALL)
    _take_turn(show, TRIALS, "any")
    if speaks:
        if session is not None and session.muted:
            raise errors.host_muted()
        _take_turn(show, VOICES, "voice")
    if session is not None and session.started_at is not None:
        return _try_in_live(session, show, trial, speaks=speaks)
    if speaks:
        return _speak(show, trial)
    async_to_sync(_show)(show, trial, as_if_on_air=True)
    return Outcome.SHOWN


def _try_in_live(session: LiveSession, show: Show, trial: Trial, *, speaks: bool) -> Outcome:
    if trial is Trial.QUIZ:  # the room would take it for a real one
        raise errors.quiz_in_live()
    async_to_sync(_show)(show, trial, as_if_on_air=False)
    if not speaks:
        return Outcome.SHOWN
    say_line(session=session, text=samples_for(show.language).hello)
    return Outcome.ASKED


def _speak(show: Show, trial: Trial) -> Outcome:
    with exclusive(show.id, "trying") as is_free:
        if not is_free:
            raise errors.voice_busy()
        if not _seats.acquire(blocking=False):
            raise errors.too_many()
        try:
            async_to_sync(_show)(show, trial, as_if_on_air=True)
            line = SpokenLine(uuid4(), show.overlay_id, show.voice, samples_for(show.language).hello)
            return async_to_sync(_say)(line, show.id)
        except (RedisError, OSError) as error:
            raise errors.overlay_unreachable() from error
        finally:
            _seats.release()


def _take_turn(show: Show, limit: Bucket, what: str) -> None:
    try:
        wait_s = take({f"trying:{what}:{show.id}": limit})
    except RateLimitUnavailable as error:
        raise errors.overlay_unreachable() from error
    if wait_s:
        raise errors.too_often(ceil(wait_s))


async def _show(show: Show, trial: Trial, *, as_if_on_air: bool) -> None:
    samples = samples_for(show.language)
    publisher = OverlayPublisher(show.overlay_id, redis=async_redis())
    if as_if_on_air:
        await publisher.begin_trial(SHOWN_FOR_MS)
        if trial in (Trial.QUIZ, Trial.ALL):
            await publisher.try_game(quiz_of(samples, seconds=SHOWN_FOR_MS // 1000))
    for kind in LINES[trial]:
        await publisher.try_line(f"trial-{uuid4()}", samples.name, lines_of(samples)[kind], kind)


async def _say(line: SpokenLine, show_id: UUID) -> Outcome:
    async def live_runs() -> bool:
        return await in_thread(_is_on_air, show_id)

    return await say(line, live_runs=live_runs)


def _is_on_air(show_id: UUID) -> bool:
    return LiveSession.objects.filter(show_id=show_id, status=LiveSession.Status.ACTIVE).exists()
