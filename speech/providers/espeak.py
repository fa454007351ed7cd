"""Speaks with espeak-ng, the embedded voice, in a small pool of helper processes."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from speech.errors import SpeechError
from speech.providers.espeak_helper import EspeakHelper, HelperLine
from speech.stage.audio import AudioChunk
from speech.stage.ports import VoiceSpec
from speech.stage.text_normalization.unspeakable import remove_unspeakable

MAX_CHARACTERS = 1000
DEFAULT_VARIANT = "f3"
NATURAL_WPM = 165

_SLOWEST_WPM, _FASTEST_WPM = 80, 450
# Languages with another name in espeak-ng, or whose plain name has another accent.
_ESPEAK_NAMES = {"en": "en-us", "en-gb": "en", "zh": "cmn", "no": "nb"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_VARIANT = re.compile(r"[A-Za-z0-9_]{1,40}")


class EspeakSynthesizer:
    """Speaks with espeak-ng. A voice id is one of its variants ("f3", "Annie"), empty for the default.

    Many lives may share one: a line occupies a helper only while it is being made, which takes about a
    thousandth of its playing time. Helpers start when first needed (`warm_up` does it ahead), and one
    that dies or says nothing for `deadline_s` fails its lines and is replaced.
    """

    def __init__(self, *, pool_size: int = 2, deadline_s: float = 5.0) -> None:
        self._deadline_s = deadline_s
        self._slots = [_HelperSlot(deadline_s) for _ in range(pool_size)]
        self._closed = False

    @property
    def helper_pids(self) -> list[int]:
        """Process ids of the running helpers."""
        return [slot.helper.pid for slot in self._slots if slot.helper is not None and slot.helper.alive]

    async def warm_up(self) -> None:
        """Start every helper and have it load its first voices."""
        for slot in self._slots:
            helper = await slot.ready_helper()
            for language in ("it", "en"):
                async with aclosing(self._speak(helper, "a", VoiceSpec("", language))) as pieces:
                    async for _ in pieces:
                        pass

    async def aclose(self) -> None:
        """End the helpers. Running lines fail."""
        self._closed = True
        for slot in self._slots:
            await slot.stop()

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech of at most `MAX_CHARACTERS` of `text`; markup is read out, never obeyed."""
        if self._closed:
            raise SpeechError("The espeak synthesizer is closed.", permanent=True)
        line = remove_unspeakable(text[:MAX_CHARACTERS])
        if not line:
            return
        helper = await min(self._slots, key=lambda slot: slot.load).ready_helper()
        async with aclosing(self._speak(helper, line, voice)) as pieces:
            async for piece in pieces:
                yield piece

    async def _speak(
        self, helper: EspeakHelper, text: str, voice: VoiceSpec
    ) -> AsyncGenerator[AudioChunk, None]:
        line = helper.say(text, _espeak_voices(voice), rate_wpm=_rate_wpm(voice), pitch=_pitch(voice))
        try:
            while pcm := await self._next_audio(helper, line):
                yield AudioChunk(pcm, helper.sample_rate_hz)
        finally:
            helper.cut(line)

    async def _next_audio(self, helper: EspeakHelper, line: HelperLine) -> bytes:
        while True:
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await line.take()
            except TimeoutError:
                # Other lines may be first; a helper is stuck only if it sent nothing to anyone.
                if helper.quiet_for_s >= self._deadline_s:
                    helper.kill()
                    raise SpeechError("The espeak helper gave no audio in time.") from None


class _HelperSlot:
    """Holds one helper: starts it when needed, replaces it when it died."""

    def __init__(self, deadline_s: float) -> None:
        self.helper: EspeakHelper | None = None
        self._deadline_s = deadline_s
        self._lock = asyncio.Lock()

    @property
    def load(self) -> tuple[int, bool]:
        """Number of running lines; an empty slot is used only when every running helper is busy."""
        running = self.helper is not None and self.helper.alive
        return (self.helper.load if self.helper is not None and running else 0, not running)

    async def ready_helper(self) -> EspeakHelper:
        async with self._lock:
            if self.helper is not None and not self.helper.alive:
                await self.helper.aclose()
                self.helper = None
            if self.helper is None:
                self.helper = await EspeakHelper.start()
            try:
                async with asyncio.timeout(self._deadline_s):
                    await self.helper.ready()
            except TimeoutError:
                self.helper.kill()
                raise SpeechError("The espeak helper did not start in time.") from None
            return self.helper

    async def stop(self) -> None:
        async with self._lock:
            if self.helper is not None:
                await self.helper.aclose()
                self.helper = None


def _espeak_voices(voice: VoiceSpec) -> list[str]:
    language, variant = voice.language.lower().replace("_", "-"), voice.voice_id or DEFAULT_VARIANT
    if not _LANGUAGE.fullmatch(language) or not _VARIANT.fullmatch(variant):
        raise SpeechError("espeak: no such voice", permanent=True)
    base = language.partition("-")[0]
    names = dict.fromkeys(_ESPEAK_NAMES.get(tag, tag) for tag in (language, base))
    return [f"{name}+{variant}" for name in names]


def _rate_wpm(voice: VoiceSpec) -> int:
    return round(min(max(NATURAL_WPM * voice.speed, _SLOWEST_WPM), _FASTEST_WPM))


def _pitch(voice: VoiceSpec) -> int:
    return round(min(max(50 + 49 * voice.pitch, 0), 99))
