from typing import Any

import pytest

from speech.errors import SpeechError
from speech.providers.azure import AzureSynthesizer
from speech.providers.elevenlabs import ElevenLabsSynthesizer
from speech.providers.openai_speech import OpenAISynthesizer
from speech.stage.ports import VoiceSpec
from tests.speech.listening import heard


@pytest.mark.parametrize(
    "synthesizer",
    [
        lambda url: AzureSynthesizer(api_key="key", base_url=url, guarded=True),
        lambda url: ElevenLabsSynthesizer(api_key="key", base_url=url, guarded=True),
        lambda url: OpenAISynthesizer(api_key="key", base_url=url, guarded=True),
    ],
    ids=["azure", "elevenlabs", "openai"],
)
@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/v1", "https://localhost", "https://[::1]", "https://[::ffff:7f00:1]"]
)
async def test_every_guarded_voice_refuses_what_leads_inside(synthesizer: Any, url: str) -> None:
    voice = synthesizer(url)
    with pytest.raises(SpeechError) as fault:
        await heard(voice.synthesize("ciao", VoiceSpec("it-IT-ElsaNeural", "it")))
    await voice.aclose()
    assert fault.value.permanent
    assert "not a public one" in str(fault.value)
