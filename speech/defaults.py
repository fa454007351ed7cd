"""The voices a new tenant starts with, by provider and language; plain data."""

from speech.stage.ports import Voice

DEFAULT_PROVIDER = "espeak"

DEFAULT_VOICES: dict[str, dict[str, Voice]] = {
    "espeak": {
        "it": Voice(voice_id="f3", language="it", speed=1.0, pitch=0.0),
        "en": Voice(voice_id="f3", language="en", speed=1.0, pitch=0.0),
    },
    "elevenlabs": {
        "it": Voice(voice_id="JBFqnCBsd6RMkjVDRZzb", language="it"),
        "en": Voice(voice_id="JBFqnCBsd6RMkjVDRZzb", language="en"),
    },
    "openai": {
        "it": Voice(voice_id="coral", language="it"),
        "en": Voice(voice_id="coral", language="en"),
    },
    "azure": {
        "it": Voice(voice_id="it-IT-IsabellaNeural", language="it"),
        "en": Voice(voice_id="en-US-JennyNeural", language="en"),
    },
}
