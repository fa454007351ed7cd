"""Request parameters of ElevenLabs that its HTTP and WebSocket clients share."""

import re

from speech.errors import SpeechError
from speech.stage.ports import VoiceSpec

SERVICE = "ElevenLabs"
ADDRESS = "https://api.elevenlabs.io"
MODEL_ID = "eleven_flash_v2_5"
PIECE_S = 0.02

# The range of the API's speed setting.
_SLOWEST, _FASTEST = 0.7, 1.2
# The id becomes part of the address.
_VOICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The API obeys <break> and <phoneme> tags in plain text; without the brackets they are words.
_NO_TAGS = str.maketrans("<>", "  ")


def check_voice(voice: VoiceSpec) -> None:
    """Raise `SpeechError` for a malformed voice id."""
    if not _VOICE_ID.fullmatch(voice.voice_id):
        raise SpeechError(f"{SERVICE}: no such voice", permanent=True)


def untagged(text: str) -> str:
    """Return a line without tags, which the API would obey."""
    return text.translate(_NO_TAGS)


def speed_of(voice: VoiceSpec) -> float | None:
    """Return the speed to request; None keeps the voice's own settings."""
    speed = min(max(voice.speed, _SLOWEST), _FASTEST)
    return None if speed == 1.0 else speed


def language_code(voice: VoiceSpec, model_id: str) -> str | None:
    """Return the language to request; None for multilingual models, which detect it."""
    return None if "multilingual" in model_id else voice.language[:2].lower()
