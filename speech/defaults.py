"""Default voices by provider and language."""

from speech.stage.ports import VoiceSpec

DEFAULT_PROVIDER = "pico"

DEFAULT_VOICES: dict[str, dict[str, VoiceSpec]] = {
    "pico": {
        "it": VoiceSpec(voice_id="clara", language="it"),
        "en": VoiceSpec(voice_id="clara", language="en"),
        "de": VoiceSpec(voice_id="clara", language="de"),
    },
    "espeak": {
        "it": VoiceSpec(voice_id="f3", language="it", speed=1.0, pitch=0.0),
        "en": VoiceSpec(voice_id="f3", language="en", speed=1.0, pitch=0.0),
        "de": VoiceSpec(voice_id="f3", language="de", speed=1.0, pitch=0.0),
    },
    "elevenlabs": {
        "it": VoiceSpec(voice_id="JBFqnCBsd6RMkjVDRZzb", language="it"),
        "en": VoiceSpec(voice_id="JBFqnCBsd6RMkjVDRZzb", language="en"),
        "de": VoiceSpec(voice_id="JBFqnCBsd6RMkjVDRZzb", language="de"),
    },
    "openai": {
        "it": VoiceSpec(voice_id="coral", language="it"),
        "en": VoiceSpec(voice_id="coral", language="en"),
        "de": VoiceSpec(voice_id="coral", language="de"),
    },
    "azure": {
        "it": VoiceSpec(voice_id="it-IT-IsabellaNeural", language="it"),
        "en": VoiceSpec(voice_id="en-US-JennyNeural", language="en"),
        "de": VoiceSpec(voice_id="de-DE-KatjaNeural", language="de"),
    },
}

# What a voice is tried with: a name, a number and a time, which voices often get wrong.
SAMPLE_SENTENCES = {
    "it": "Ciao Giulia, grazie della rosa! Siamo in 1.250 e sono le 21:30.",
    "en": "Hi Julia, thank you for the rose! There are 1,250 of us and it is 9:30 pm.",
    "de": "Hallo Julia, danke für die Rose! Wir sind 1.250, und es ist 21:30 Uhr.",
}


def sample_sentence(language: str) -> str:
    """Return the sentence of a language, or the English one."""
    return SAMPLE_SENTENCES.get(language, SAMPLE_SENTENCES["en"])
