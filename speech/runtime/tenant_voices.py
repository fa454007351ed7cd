"""The voice services with a workspace's own key: opened when first used, closed when left alone."""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from providers.breaker import CircuitBreaker
from providers.querysets import TenantCredential
from speech.runtime.synthesizers import OpenSynthesizer, open_with_key
from speech.stage.audio import AudioChunk
from speech.stage.ports import Synthesizer, VoiceSpec

IDLE_S = 300.0
MOST_KNOWN = 128
MOST_OPEN = 32

# Whose, for which provider, and which version of it: a changed key is another service.
ServiceKey = tuple[UUID, str, datetime]


@dataclass(slots=True)
class VoiceService:
    """What speaks for a provider, and what keeps it from being asked in vain. `probe` is a voice to try."""

    provider: str
    synthesizer: Synthesizer
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    probe: VoiceSpec | None = None


class TenantSynthesizer:
    """A `Synthesizer` with a workspace's key. It opens its connections by itself, also after `close`."""

    def __init__(self, own: TenantCredential, opener: Callable[[TenantCredential], OpenSynthesizer]) -> None:
        self.used_at_s = 0.0
        self._own = own
        self._opener = opener
        self._opened: OpenSynthesizer | None = None
        self._speaking = 0

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    @property
    def is_speaking(self) -> bool:
        return self._speaking > 0

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        if self._opened is None:
            self._opened = self._opener(self._own)
        self._speaking += 1
        try:
            async with aclosing(self._opened.synthesize(text, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            self._speaking -= 1
            self.used_at_s = time.monotonic()

    async def close(self) -> None:
        """Let go of the connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.aclose()


class TenantVoiceClients:
    """The workspaces' services of one worker, at most `MOST_KNOWN` known and `MOST_OPEN` left open."""

    def __init__(self, opener: Callable[[TenantCredential], OpenSynthesizer] = open_with_key) -> None:
        self._opener = opener
        self._known: OrderedDict[ServiceKey, tuple[VoiceService, TenantSynthesizer]] = OrderedDict()
        self._forgotten: list[TenantSynthesizer] = []

    @property
    def services(self) -> list[VoiceService]:
        return [service for service, _ in list(self._known.values())]

    def service_of(self, own: TenantCredential) -> VoiceService:
        """Return what speaks with a key; the same for all lives of its workspace."""
        key = (own.tenant_id, own.provider, own.changed_at)
        known = self._known.get(key)
        if known is None:
            voice = TenantSynthesizer(own, self._opener)
            known = self._known[key] = (VoiceService(own.provider, voice), voice)
        self._known.move_to_end(key)
        while len(self._known) > MOST_KNOWN:
            self._forgotten.append(self._known.popitem(last=False)[1][1])
        return known[0]

    async def close_idle(self, *, idle_s: float = IDLE_S) -> None:
        """Close what nobody has spoken with for a while, and the longest unused of too many."""
        voices = [voice for _, voice in self._known.values()] + self._forgotten
        still = sorted((each for each in voices if each.is_open), key=lambda each: each.used_at_s)
        too_many = len(still) - MOST_OPEN
        for at, voice in enumerate(still):
            is_old = time.monotonic() - voice.used_at_s > idle_s
            if not voice.is_speaking and (is_old or at < too_many):
                await voice.close()
        # Lives may still hold these, and open them again; they are looked after until they are closed.
        self._forgotten = [voice for voice in self._forgotten if voice.is_open]

    async def aclose(self) -> None:
        """Close all of them."""
        for voice in [voice for _, voice in self._known.values()] + self._forgotten:
            await voice.close()
