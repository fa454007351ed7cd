"""Records what a show is sure to say again: a show goes in, its lines lie where its lives look for them."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from livesessions.models.shows import Show
from livesessions.shows.show_plan_factory import habits_of, plan_of
from livesessions.worker.assembly import build_moderator
from moderation.stage.help_lines import help_line
from planner.stage.recurring import lines_of_plan, lines_of_quiet_moments, sentences_of_reactions
from speech.errors import SpeechError
from speech.runtime.preview_slots import exclusive
from speech.runtime.synthesizers import open_synthesizer
from speech.runtime.tenant_voices import TenantVoiceClients
from speech.runtime.voice_pool import LAST_FIRST_TIMEOUT_S, VoicePool
from speech.services.voice_resolution import VoiceLineup, resolve_voices
from speech.stage.capabilities import capabilities_of
from speech.stage.silent_synthesizer import SilentSynthesizer
from speech.stage.speaker import Speaker
from speech.storage import AudioObjectStore
from tenants.threads import in_thread

PART_S = 10.0  # then the other chores have their turn
HEARD_WITHIN_S = 10.0
PART_WITHIN_S = 20.0  # shorter than the lock lasts that keeps two from recording for one workspace


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many of the lines that a show is sure to say are recorded, and how many there are."""

    lines: int
    of: int


def warm(show_id: UUID, *, characters: int) -> int:
    """Have some of a show's lines recorded that are not kept yet, one at a time, for ten seconds or so.

    Return how many characters may still be spoken for it; 0 when there is no more to do. Blocks. Raise
    `SpeechError` or `StoreError` when it broke off.
    """
    show = Show.objects.select_related("voice", "policy").filter(id=show_id).first()
    lineup = _paid_voice_of(show) if show and not show.is_shopping else None
    if show is None or lineup is None:
        return 0
    texts = texts_of(show)
    with exclusive(show.tenant_id, "recording") as is_free:
        return asyncio.run(_record(lineup, texts, characters)) if is_free else characters


def count_recorded(show: Show) -> Recorded | None:
    """Return how many of a show's lines are recorded; None where its voice costs nothing. Blocks."""
    lineup = _paid_voice_of(show)
    if lineup is None:
        return None
    with closing(AudioObjectStore()) as store:  # it is not asked for anything: the index tells
        rack = VoicePool({lineup.options[0].provider: SilentSynthesizer()}, store=store)
        rack.load_clip_index(lineup.tenant_id)
        speaker = rack.first_speaker(lineup)
    texts = texts_of(show)
    return Recorded(sum(map(speaker.is_cached, texts)), len(texts))


def _paid_voice_of(show: Show) -> VoiceLineup | None:
    """Return the voice that a show speaks with first; None when that costs nothing, or has no key."""
    lineup = resolve_voices(show.voice)
    first = lineup.options[0]
    return replace(lineup, options=(first,)) if capabilities_of(first.provider).needs_key else None


def texts_of(show: Show) -> list[str]:
    """Return what a show's host is sure to say again, to nobody by name, the surest first. Blocks.

    Left out is what the show's rules would refuse, and what is more than may be recorded.
    """
    habits = habits_of(show, plan_of(show))
    gate = build_moderator(show.policy)
    texts = [
        *lines_of_plan(habits),
        help_line(show.language),
        *sentences_of_reactions(habits),
        *lines_of_quiet_moments(habits),
    ]
    said = (text for text in dict.fromkeys(texts) if not gate.review(text).blocked)
    return _within(said, settings.AUDIO_CACHE_WARM_CHARACTERS)


def _within(texts: Iterable[str], characters: int) -> list[str]:
    chosen = []
    for text in texts:
        characters -= len(text)
        if characters < 0:
            break
        chosen.append(text)
    return chosen


async def _record(lineup: VoiceLineup, texts: list[str], characters: int) -> int:
    async with AsyncExitStack() as stack:
        rack = await _open_rack(stack, lineup)
        await in_thread(rack.load_clip_index, lineup.tenant_id)
        try:
            async with asyncio.timeout(PART_WITHIN_S):
                await rack.measure_option(
                    lineup.options[0], first_timeout_s=LAST_FIRST_TIMEOUT_S, timeout_s=HEARD_WITHIN_S
                )
                return await _record_part(rack, rack.first_speaker(lineup), texts, characters)
        except TimeoutError:
            raise SpeechError("The voice did not come to an end in time.") from None
        finally:
            await rack.save_learned()


async def _open_rack(stack: AsyncExitStack, lineup: VoiceLineup) -> VoicePool:
    option = lineup.options[0]
    store, own = AudioObjectStore(), TenantVoiceClients()
    stack.callback(store.close)
    stack.push_async_callback(own.aclose)
    shared = {} if option.credential else {option.provider: await open_synthesizer(stack, option.provider)}
    return VoicePool(shared, own, store=store)


async def _record_part(rack: VoicePool, speaker: Speaker, texts: list[str], characters: int) -> int:
    until_s, kept = time.monotonic() + PART_S, False
    for text in texts:
        if speaker.is_cached(text):
            continue
        characters -= len(text)
        if characters < 0:
            return 0
        kept = await _record_text(rack, speaker, text) or kept
        if time.monotonic() > until_s:
            return characters
    # Each line tells more of how loud the voice is, and the first ones may lie at a gain that is past.
    return characters if kept else 0


async def _record_text(rack: VoicePool, speaker: Speaker, text: str) -> bool:
    """Record a text as one, which sounds best, or in its pieces; return False when that is too long too."""
    if await rack.cache_line(speaker, text):
        return True
    pieces = [piece for piece in speaker.pieces_of(text) if piece != text and not speaker.is_cached(piece)]
    return any([await rack.cache_line(speaker, piece) for piece in pieces])
