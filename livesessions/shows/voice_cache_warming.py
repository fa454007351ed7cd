"""Records the recurring lines of a show ahead of its lives, into the cache of voiced lines."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from billing.configured import month_cap_of
from billing.plans.catalogue import Meter
from billing.usage import SpendCap
from livesessions.models.shows import Show
from livesessions.shows.show_plan_factory import build_habits, load_plan
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

BATCH_S = 10.0  # then the queue's other jobs get their turn
PROBE_TIMEOUT_S = 10.0
BATCH_TIMEOUT_S = 20.0  # shorter than the lock that lets one recording of a workspace run at a time


@dataclass(frozen=True, slots=True)
class RecordedLines:
    """How many of a show's recurring lines are recorded. `of` is the number of all."""

    lines: int
    of: int


def warm_show(show_id: UUID, *, characters: int) -> int:
    """Record some of a show's recurring lines, one at a time, for `BATCH_S`. Blocks.

    Return how many of the allowed `characters` are left for the next batch; 0 when the show is done.
    Raise `SpeechError` or `StoreError` when a line failed.
    """
    show = Show.objects.select_related("voice", "policy").filter(id=show_id).first()
    lineup = _paid_voice_of(show) if show and not show.is_shopping else None
    if show is None or lineup is None:
        return 0
    texts = recurring_texts(show)
    with exclusive(show.tenant_id, "recording") as is_free:
        return asyncio.run(_record(lineup, texts, characters)) if is_free else characters


def count_recorded(show: Show) -> RecordedLines | None:
    """Return how many of a show's recurring lines are recorded; None for a voice without a price. Blocks."""
    lineup = _paid_voice_of(show)
    if lineup is None:
        return None
    # The index answers alone: neither the store nor the synthesizer is asked.
    with closing(AudioObjectStore()) as store:
        pool = VoicePool({lineup.options[0].provider: SilentSynthesizer()}, store=store)
        pool.load_clip_index(lineup.tenant_id)
        speaker = pool.first_speaker(lineup)
    texts = recurring_texts(show)
    return RecordedLines(sum(map(speaker.is_cached, texts)), len(texts))


def recurring_texts(show: Show) -> list[str]:
    """Return what a show's host says again and again without a name, the most certain first. Blocks.

    Texts that the show's rules block are left out, as is what exceeds `AUDIO_CACHE_WARM_CHARACTERS`.
    """
    habits = build_habits(show, load_plan(show))
    gate = build_moderator(show.policy)
    texts = [
        *lines_of_plan(habits),
        help_line(show.language),
        *sentences_of_reactions(habits),
        *lines_of_quiet_moments(habits),
    ]
    allowed = (text for text in dict.fromkeys(texts) if not gate.review(text).blocked)
    return _within_characters(allowed, settings.AUDIO_CACHE_WARM_CHARACTERS)


def _paid_voice_of(show: Show) -> VoiceLineup | None:
    """Return the show's first voice alone; None when it needs no key, so that its lines cost nothing."""
    lineup = resolve_voices(show.voice)
    first = lineup.options[0]
    return replace(lineup, options=(first,)) if capabilities_of(first.provider).needs_key else None


def _within_characters(texts: Iterable[str], characters: int) -> list[str]:
    chosen = []
    for text in texts:
        characters -= len(text)
        if characters < 0:
            break
        chosen.append(text)
    return chosen


async def _record(lineup: VoiceLineup, texts: list[str], characters: int) -> int:
    async with AsyncExitStack() as stack:
        # A workspace's own key counts against no cap.
        is_own = lineup.options[0].credential is not None
        cap = None if is_own else await month_cap_of(lineup.tenant_id, Meter.VOICE_CHARACTERS)
        pool = await _open_pool(stack, lineup, cap)
        await in_thread(pool.load_clip_index, lineup.tenant_id)
        try:
            async with asyncio.timeout(BATCH_TIMEOUT_S):
                await pool.measure_option(
                    lineup.options[0], first_timeout_s=LAST_FIRST_TIMEOUT_S, timeout_s=PROBE_TIMEOUT_S
                )
                return await _record_batch(pool, pool.first_speaker(lineup), texts, characters, cap)
        except TimeoutError:
            raise SpeechError("The voice did not finish in time.") from None
        finally:
            await pool.save_learned()


async def _open_pool(stack: AsyncExitStack, lineup: VoiceLineup, cap: SpendCap | None) -> VoicePool:
    option = lineup.options[0]
    store, tenant_clients = AudioObjectStore(), TenantVoiceClients()
    stack.callback(store.close)
    stack.push_async_callback(tenant_clients.aclose)
    shared = {} if option.credential else {option.provider: await open_synthesizer(stack, option.provider)}
    return VoicePool(shared, tenant_clients, store=store, cap=cap)


async def _record_batch(
    pool: VoicePool, speaker: Speaker, texts: list[str], characters: int, cap: SpendCap | None
) -> int:
    until_s, has_recorded = time.monotonic() + BATCH_S, False
    for text in texts:
        if speaker.is_cached(text):
            continue
        characters -= len(text)
        if characters < 0 or (cap is not None and cap.is_reached):
            return 0
        has_recorded = await _record_text(pool, speaker, text) or has_recorded
        if time.monotonic() > until_s:
            return characters
    # Each line improves the voice's measured loudness, so the first ones may have an outdated gain.
    return characters if has_recorded else 0


async def _record_text(pool: VoicePool, speaker: Speaker, text: str) -> bool:
    """Record a text as one, which sounds best, or in pieces; return False when that is too long too."""
    if await pool.cache_line(speaker, text):
        return True
    split = await speaker.pieces_of(text)
    pieces = [piece for piece in split if piece != text and not speaker.is_cached(piece)]
    return any([await pool.cache_line(speaker, piece) for piece in pieces])
