"""Says a sentence in a voice, to be heard on a page."""

from dataclasses import dataclass

from speech.fault_texts import fault_text
from speech.models import VoiceProfile
from speech.runtime.preview import preview_voice
from speech.runtime.preview_sounds import store_sound
from tenants.errors import AppError
from tenants.http import TenantRequest


@dataclass(frozen=True, slots=True)
class Hearing:
    """The key of a sound for `speech:preview_sound`, or why there is none."""

    text: str
    sound: str = ""
    problem: str = ""


def hear(request: TenantRequest, *, voice: VoiceProfile, text: str) -> Hearing:
    """Return a sentence in a voice, without the voice's backups. Blocks for some seconds."""
    try:
        preview = preview_voice(profile=voice, text=text, user=request.user)
        if preview.fault:
            return Hearing(text, problem=fault_text(preview.provider, preview.fault))
        return Hearing(text, store_sound(tenant=request.tenant, user=request.user, wav=preview.wav))
    except AppError as refusal:
        return Hearing(text, problem=refusal.user_message)
