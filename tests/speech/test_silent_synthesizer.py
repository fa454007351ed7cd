import asyncio
from contextlib import aclosing

import pytest

from speech.stage.ports import VoiceSpec
from speech.stage.silent_synthesizer import SilentSynthesizer, speech_duration_s
from speech.stage.speaker import Speaker
from tests.fakes.virtual_time import run_virtual


def test_the_silent_voice_takes_the_time_of_a_person_and_comes_as_fast_as_a_real_one() -> None:
    text = "Una frase abbastanza lunga da durare qualche secondo, detta con calma."

    async def run() -> tuple[float, float, float]:
        now_s = asyncio.get_running_loop().time
        first_at_s, played_s = 0.0, 0.0
        async with aclosing(Speaker(SilentSynthesizer(), VoiceSpec("any", "it")).speak(text)) as chunks:
            async for chunk in chunks:
                first_at_s = first_at_s or now_s()
                played_s += chunk.duration_s
        return first_at_s, played_s, now_s()

    first_at_s, played_s, done_at_s = run_virtual(run())
    assert first_at_s == pytest.approx(0.25)
    assert played_s == pytest.approx(speech_duration_s(text), abs=0.01)
    assert done_at_s < 0.25 + played_s / 4
    assert speech_duration_s(text) == pytest.approx(len(text) / 14)
    assert speech_duration_s(text, 2.0) == pytest.approx(len(text) / 28)
