"""Opens voice clients with a workspace's own key on first use, and closes idle ones (bring your own key)."""

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
MAX_KNOWN = 128
MAX_OPEN = 32

# Workspace, provider, and the key's version: a changed key is another service.
ServiceKey = tuple[UUID, str, datetime]


@dataclass(slots=True)
class VoiceService:
    """A provider's synthesizer with its circuit breaker. `probe` is a voice to probe it with."""

    provider: str
    synthesizer: Synthesizer
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    probe: VoiceSpec | None = None


class TenantSynthesizer:
    """A `Synthesizer` with a workspace's key. It opens its client on use, also after `close`."""

    def __init__(
        self, credential: TenantCredential, opener: Callable[[TenantCredential], OpenSynthesizer]
    ) -> None:
        self.used_at_s = 0.0
        self._credential = credential
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
            self._opened = self._opener(self._credential)
        self._speaking += 1
        try:
            async with aclosing(self._opened.synthesize(text, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            self._speaking -= 1
            self.used_at_s = time.monotonic()

    async def close(self) -> None:
        """Close the client, if it is open."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.aclose()


class TenantVoiceClients:
    """Holds the workspaces' services of one worker: at most `MAX_KNOWN`, with `MAX_OPEN` clients open."""

    def __init__(self, opener: Callable[[TenantCredential], OpenSynthesizer] = open_with_key) -> None:
        self._opener = opener
        self._known: OrderedDict[ServiceKey, tuple[VoiceService, TenantSynthesizer]] = OrderedDict()
        self._evicted: list[TenantSynthesizer] = []

    @property
    def services(self) -> list[VoiceService]:
        return [service for service, _ in list(self._known.values())]

    def service_of(self, credential: TenantCredential) -> VoiceService:
        """Return the service for a key; all lives of its workspace share it."""
        key = (credential.tenant_id, credential.provider, credential.changed_at)
        known = self._known.get(key)
        if known is None:
            voice = TenantSynthesizer(credential, self._opener)
            known = self._known[key] = (VoiceService(credential.provider, voice), voice)
        self._known.move_to_end(key)
        while len(self._known) > MAX_KNOWN:
            self._evicted.append(self._known.popitem(last=False)[1][1])
        return known[0]

    async def close_idle(self, *, idle_s: float = IDLE_S) -> None:
        """Close clients that were idle for `idle_s`, and the least recently used of too many."""
        voices = [voice for _, voice in self._known.values()] + self._evicted
        still = sorted((each for each in voices if each.is_open), key=lambda each: each.used_at_s)
        too_many = len(still) - MAX_OPEN
        for at, voice in enumerate(still):
            is_old = time.monotonic() - voice.used_at_s > idle_s
            if not voice.is_speaking and (is_old or at < too_many):
                await voice.close()
        # Lives may still use these and open them again, so they stay listed while they are open.
        self._evicted = [voice for voice in self._evicted if voice.is_open]

    async def aclose(self) -> None:
        """Close all clients."""
        for voice in [voice for _, voice in self._known.values()] + self._evicted:
            await voice.close()
