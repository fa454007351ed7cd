"""Gives a lineup's voices in its own language and in others."""

import logging

from billing.usage import SpendCap
from speech.errors import SpeechError
from speech.runtime.voice_pool import VoicePool
from speech.services.voice_resolution import VoiceLineup
from speech.stage.capabilities import capabilities_of
from speech.stage.chain import VoiceChain

logger = logging.getLogger(__name__)

MAX_LANGUAGES = 8


class LanguageVoices:
    """A lineup's voices for each language: `own` for the show's, others by a call.

    Another language's are made when they are first needed. A built-in voice is measured then, so that its
    first word is as loud as the show's own voice.
    """

    def __init__(self, pool: VoicePool, lineup: VoiceLineup, cap: SpendCap | None = None) -> None:
        self.own = pool.chain_of(lineup, cap)
        self._pool = pool
        self._lineup = lineup
        self._cap = cap
        self._chains: dict[str, VoiceChain] = {}

    async def __call__(self, language: str) -> VoiceChain:
        """Return the chain of the voices that speak a language."""
        chain = self._chains.get(language)
        if chain is None:
            lineup = self._lineup.in_language(language)
            chain = self._pool.chain_of(lineup, self._cap)
            await self._measure(lineup)
            if len(self._chains) < MAX_LANGUAGES:
                self._chains[language] = chain
        return chain

    async def _measure(self, lineup: VoiceLineup) -> None:
        first = lineup.options[0]
        if capabilities_of(first.provider).needs_key:
            return
        try:
            await self._pool.measure_option(first)
        except SpeechError:
            logger.warning("voice not measured: provider=%s", first.provider)
