"""Speaks with SVOX Pico, the built-in voice, in a small pool of helper processes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.util import find_spec

import numpy as np

from speech.errors import LineRefused, SpeechError
from speech.providers.embedded.helper import EngineProgram, LineRequest
from speech.providers.embedded.pool import HelperPool
from speech.providers.pico_characters import VOICES, character_of
from speech.providers.pico_text import clauses_of
from speech.stage.audio import AudioChunk
from speech.stage.ports import VoiceSpec
from speech.stage.text_normalization.unspeakable import remove_unspeakable

MAX_CHARACTERS = 1000

# Ranges of its tags, as factors.
_SLOWEST, _FASTEST = 0.4, 3.0
_LOWEST, _HIGHEST = 0.5, 2.0
# The pitch at 1.0 of a voice's setting: 1.6 times as high, 8 semitones.
_MOST_PITCH = 1.6
# How fast it speaks at a setting: measured from the first to the last sound of an Italian sentence.
_SETTINGS = (0.4, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0)
_SPEEDS = (0.42, 0.52, 0.75, 0.82, 0.91, 1.0, 1.1, 1.2, 1.37, 1.66, 2.13)


def _arguments() -> tuple[str]:
    # The package is looked up, never imported: its native code belongs into the helper.
    found = find_spec("py_nanotts")
    if found is None or not found.submodule_search_locations:
        raise SpeechError("SVOX Pico is not installed.", permanent=True)
    return (found.submodule_search_locations[0],)


PROGRAM = EngineProgram("pico", "speech.providers.embedded.pico_engine", _arguments)


class PicoSynthesizer:
    """Speaks with SVOX Pico. A voice id is one of its characters ("clara"), empty for the default.

    A line is made clause by clause, each in some six thousandths of its playing time. `LineRefused` is raised
    for a text that it has no sound for, and for a language that it does not speak.
    """

    def __init__(self, *, pool_size: int = 2, deadline_s: float = 2.0) -> None:
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
        """Yield the speech of at most `MAX_CHARACTERS` of `text`; markup is never obeyed."""
        line = remove_unspeakable(text[:MAX_CHARACTERS])
        if not line:
            return
        async with aclosing(self._pool.speak(_request(line, voice))) as pieces:
            async for piece in pieces:
                yield piece


def _request(text: str, voice: VoiceSpec) -> LineRequest:
    tag = voice.language.replace("_", "-")
    own = VOICES.get(tag[:2].lower()) if len(tag.partition("-")[0]) == 2 else None
    if own is None:
        raise LineRefused("pico: it does not speak this language", permanent=True)
    character = character_of(voice.voice_id, tag)
    accent = character.accent or ("en-GB" if tag.lower() == "en-gb" else own)
    return LineRequest(
        clauses_of(text, tag[:2].lower()),
        [accent],
        speed=float(np.interp(character.speed * voice.speed, _SPEEDS, _SETTINGS)),
        pitch=min(max(character.pitch * _MOST_PITCH**voice.pitch, _LOWEST), _HIGHEST),
    )
