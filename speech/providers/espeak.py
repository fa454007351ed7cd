"""Speaks with eSpeak NG, the built-in voice of last resort, in a small pool of helper processes."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import espeakng_loader

from speech.errors import LineRefused
from speech.providers.embedded.helper import EngineProgram, LineRequest
from speech.providers.embedded.pool import HelperPool
from speech.stage.audio import AudioChunk
from speech.stage.ports import VoiceSpec
from speech.stage.text_normalization.unspeakable import remove_unspeakable

MAX_CHARACTERS = 1000
DEFAULT_VARIANT = "f3"
NATURAL_WPM = 165
PROGRAM = EngineProgram(
    "espeak",
    "speech.providers.embedded.espeak_engine",
    lambda: (espeakng_loader.get_library_path(), espeakng_loader.get_data_path()),
)

_SLOWEST_WPM, _FASTEST_WPM = 80, 450
# Languages with another name in espeak-ng, or whose plain name has another accent.
_ESPEAK_NAMES = {"en": "en-us", "en-gb": "en", "zh": "cmn", "no": "nb"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_VARIANT = re.compile(r"[A-Za-z0-9_]{1,40}")


class EspeakSynthesizer:
    """Speaks with eSpeak NG. A voice id is one of its variants ("f3", "Annie"), empty for the default.

    Many lives may share one: a line occupies a helper only while it is being made, which takes about a
    thousandth of its playing time.
    """

    def __init__(self, *, pool_size: int = 2, deadline_s: float = 5.0) -> None:
        self._pool = HelperPool(PROGRAM, size=pool_size, deadline_s=deadline_s)

    @property
    def helper_pids(self) -> list[int]:
        """Process ids of the running helpers."""
        return self._pool.pids

    async def warm_up(self) -> None:
        """Start every helper and have it load its first voices."""
        await self._pool.warm_up(*(_request("a", VoiceSpec("", language)) for language in ("it", "en", "de")))

    async def aclose(self) -> None:
        """End the helpers. Running lines fail."""
        await self._pool.aclose()

    async def synthesize(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Yield the speech of at most `MAX_CHARACTERS` of `text`; markup is read out, never obeyed."""
        line = remove_unspeakable(text[:MAX_CHARACTERS])
        if not line:
            return
        async with aclosing(self._pool.speak(_request(line, voice))) as pieces:
            async for piece in pieces:
                yield piece


def _request(text: str, voice: VoiceSpec) -> LineRequest:
    return LineRequest([text], _espeak_voices(voice), speed=_rate_wpm(voice), pitch=_pitch(voice))


def _espeak_voices(voice: VoiceSpec) -> list[str]:
    language, variant = voice.language.lower().replace("_", "-"), voice.voice_id or DEFAULT_VARIANT
    if not _LANGUAGE.fullmatch(language) or not _VARIANT.fullmatch(variant):
        raise LineRefused("espeak: no such voice", permanent=True)
    base = language.partition("-")[0]
    names = dict.fromkeys(_ESPEAK_NAMES.get(tag, tag) for tag in (language, base))
    return [f"{name}+{variant}" for name in names]


def _rate_wpm(voice: VoiceSpec) -> int:
    return round(min(max(NATURAL_WPM * voice.speed, _SLOWEST_WPM), _FASTEST_WPM))


def _pitch(voice: VoiceSpec) -> int:
    return round(min(max(50 + 49 * voice.pitch, 0), 99))
