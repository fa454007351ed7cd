"""A provider's audio goes in, what the audience should hear comes out: one rate, one loudness, clean ends."""

from speech.stage.sound.loudness import Loudness, gain_for, measure
from speech.stage.sound.mastering import Mastering

__all__ = ["Loudness", "Mastering", "gain_for", "measure"]
