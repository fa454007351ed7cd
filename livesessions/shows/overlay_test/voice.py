"""Says a line in a show's voice on its overlay while no live runs, and tells what became of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from livesessions.pipeline.ports import Voice
from livesessions.shows.overlay_test import answers
from overlay.presence import PresenceStore
from overlay.publisher import OverlayPublisher
from providers.redis import async_redis
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.voice_opening import open_lineup
from speech.services.voice_resolution import VoiceLineup, resolve_voices

VOICED_WITHIN_S = 8.0
LONGEST_S = 8.0
STARTS_WITHIN_S = 3.0
OTHERS_WITHIN_S = 0.7  # the page that played in silence may not be the only one


class Outcome(StrEnum):
    """What became of what was tried out."""

    SHOWN = "shown"
    ASKED = "asked"  # of the live that runs
    HEARD = "heard"
    SILENT = "silent"
    UNHEARD = "unheard"  # no page is open
    UNPLAYED = "unplayed"  # one is, and did not play it
    VOICELESS = "voiceless"
    INTERRUPTED = "interrupted"  # by a live


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line to try a voice with, and the overlay to try it on."""

    utterance_id: UUID
    overlay_id: UUID
    profile: VoiceProfile
    text: str


async def say(line: SpokenLine, *, live_runs: Callable[[], Awaitable[bool]]) -> Outcome:
    """Say a line and wait until a page has played it, or none will; a live that begins cuts it.

    Takes 20 seconds at most. Raises `OverlayUnreachable`, and Redis' errors.
    """
    async with AsyncExitStack() as stack:
        redis = async_redis()
        publisher = OverlayPublisher(line.overlay_id, redis=redis)
        await answers.expect(line.utterance_id)
        try:
            voice = await open_voice(stack, line.profile)
            duration_s = await _voice_out(line, voice, publisher)
        except (SpeechError, TimeoutError):
            await publisher.cut(line.utterance_id)
            return Outcome.VOICELESS
        outcome = await _wait(line, duration_s, live_runs)
        if outcome in (Outcome.UNHEARD, Outcome.INTERRUPTED):
            await publisher.cut(line.utterance_id)
        if outcome is Outcome.UNHEARD and await PresenceStore(redis, line.overlay_id).read():
            return Outcome.UNPLAYED
        return outcome


async def open_voice(stack: AsyncExitStack, profile: VoiceProfile) -> Voice:
    """Open the voices that a live would speak in, one after the other if need be; raise `SpeechError`."""
    # In the caller's own thread: it is the one that may ask the database.
    voice = await open_lineup(stack, await sync_to_async(_read_cast)(profile))
    if voice is None:
        raise SpeechError("No voice can be opened.")
    return voice


def _read_cast(profile: VoiceProfile) -> VoiceLineup:
    """Read the voices, and give the connection back: what follows takes seconds and needs none."""
    lineup = resolve_voices(profile)
    if not connection.in_atomic_block:
        connection.close()
    return lineup


async def _voice_out(line: SpokenLine, voice: Voice, publisher: OverlayPublisher) -> float:
    duration_s, sequence = 0.0, 0
    async with asyncio.timeout(VOICED_WITHIN_S), aclosing(voice.speak(line.text)) as chunks:
        async for chunk in chunks:
            if sequence == 0:
                # A live that ended while it was muted has left its overlay so.
                await publisher.set_muted(False)
                await publisher.begin(line.utterance_id, line.text)
            await publisher.audio(line.utterance_id, sequence, chunk)
            sequence += 1
            duration_s += chunk.duration_s
            if duration_s >= LONGEST_S:
                break
    if sequence == 0:
        raise SpeechError("The voice has nothing to say.")
    await publisher.end(line.utterance_id, round(duration_s * 1000))
    return duration_s


async def _wait(line: SpokenLine, duration_s: float, live_runs: Callable[[], Awaitable[bool]]) -> Outcome:
    clock = asyncio.get_running_loop().time
    outcome, deadline = Outcome.UNHEARD, clock() + STARTS_WITHIN_S
    async with aclosing(answers.answers_to(line.utterance_id)) as said:
        async for answer in said:
            if answer is None:
                if await live_runs():
                    return Outcome.INTERRUPTED
            elif answer.could_be_heard:
                return Outcome.HEARD
            elif answer.could_be_heard is None:
                deadline = clock() + duration_s + STARTS_WITHIN_S
            else:
                outcome, deadline = Outcome.SILENT, clock() + OTHERS_WITHIN_S
            if clock() > deadline:
                return outcome
    return outcome
