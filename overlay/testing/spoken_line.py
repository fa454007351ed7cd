"""Speaks a test line on an overlay while no live runs, and waits for the pages' playback reports."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection

from overlay.presence import PresenceStore
from overlay.publisher import OverlayPublisher
from overlay.testing.playback_reports import open_reports, read_reports
from providers.redis import async_redis
from speech.errors import SpeechError
from speech.models import VoiceProfile
from speech.runtime.voice_opening import open_lineup
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.stage.chain import VoiceChain

SYNTHESIS_TIMEOUT_S = 8.0
MAX_AUDIO_S = 8.0
START_TIMEOUT_S = 3.0
OTHER_PAGES_WAIT_S = 0.7  # another page may be audible when one played in silence


class OverlayTestOutcome(StrEnum):
    """The outcome of an overlay test."""

    SHOWN = "shown"
    ASKED = "asked"  # the running live was asked to say the line
    HEARD = "heard"
    SILENT = "silent"  # a page played it without sound
    UNHEARD = "unheard"  # no page is open
    UNPLAYED = "unplayed"  # a page is open and did not play it
    VOICELESS = "voiceless"  # the voice failed
    INTERRUPTED = "interrupted"  # a live began


@dataclass(frozen=True, slots=True)
class OverlayTestLine:
    """A line to speak, with its voice and its overlay."""

    utterance_id: UUID
    overlay_id: UUID
    profile: VoiceProfile
    text: str


async def speak_test_line(
    line: OverlayTestLine, *, live_runs: Callable[[], Awaitable[bool]]
) -> OverlayTestOutcome:
    """Speak a line and return the outcome after 20 seconds at most; a live that begins cuts the line.

    Raise `OverlayUnreachable` and Redis' errors.
    """
    publisher = OverlayPublisher(line.overlay_id, redis=async_redis())
    await open_reports(line.utterance_id)
    async with AsyncExitStack() as stack:
        try:
            voice = await open_voice(stack, line.profile)
            duration_s = await _publish(line, voice, publisher)
        except (SpeechError, TimeoutError):
            await publisher.cut(line.utterance_id)
            return OverlayTestOutcome.VOICELESS
    outcome = await _wait_for_outcome(line, duration_s, live_runs)
    if outcome in (OverlayTestOutcome.UNHEARD, OverlayTestOutcome.INTERRUPTED):
        await publisher.cut(line.utterance_id)
    if outcome is OverlayTestOutcome.UNHEARD and await PresenceStore(async_redis(), line.overlay_id).read():
        return OverlayTestOutcome.UNPLAYED
    return outcome


async def open_voice(stack: AsyncExitStack, profile: VoiceProfile) -> VoiceChain:
    """Open the voices that a live would use; raise `SpeechError` when none opens."""
    # In the caller's own thread: it is the one that may ask the database.
    voices = await open_lineup(stack, await sync_to_async(_read_lineup)(profile))
    if voices is None:
        raise SpeechError("No voice can be opened.")
    return voices.own


def _read_lineup(profile: VoiceProfile) -> VoiceLineup:
    """Read the voices and give the database connection back: the next seconds need none."""
    lineup = resolve_voices(profile)
    if not connection.in_atomic_block:
        connection.close()
    return lineup


async def _publish(line: OverlayTestLine, voice: VoiceChain, publisher: OverlayPublisher) -> float:
    """Send the line's audio to the overlay and return its duration in seconds."""
    duration_s, sequence = 0.0, 0
    async with asyncio.timeout(SYNTHESIS_TIMEOUT_S), aclosing(voice.speak(line.text)) as chunks:
        async for chunk in chunks:
            if sequence == 0:
                # A live that ended muted has left its overlay muted.
                await publisher.set_muted(False)
                await publisher.begin(line.utterance_id, line.text)
            await publisher.audio(line.utterance_id, sequence, chunk)
            sequence += 1
            duration_s += chunk.duration_s
            if duration_s >= MAX_AUDIO_S:
                break
    if sequence == 0:
        raise SpeechError("The voice returned no audio.")
    await publisher.end(line.utterance_id, round(duration_s * 1000))
    return duration_s


async def _wait_for_outcome(
    line: OverlayTestLine, duration_s: float, live_runs: Callable[[], Awaitable[bool]]
) -> OverlayTestOutcome:
    clock = asyncio.get_running_loop().time
    outcome, deadline = OverlayTestOutcome.UNHEARD, clock() + START_TIMEOUT_S
    async with aclosing(read_reports(line.utterance_id)) as reports:
        async for report in reports:
            if report is None:
                if await live_runs():
                    return OverlayTestOutcome.INTERRUPTED
            elif report.audible:
                return OverlayTestOutcome.HEARD
            elif report.audible is None:
                deadline = clock() + duration_s + START_TIMEOUT_S
            else:
                outcome, deadline = OverlayTestOutcome.SILENT, clock() + OTHER_PAGES_WAIT_S
            if clock() > deadline:
                return outcome
    return outcome
