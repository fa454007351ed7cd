"""A provider's audio goes in, what the audience should hear comes out: one rate, one loudness, clean ends."""

from speech.stage.sound.loudness import Loudness, gain_for, measure
from speech.stage.sound.mastering import HELD_BACK_S, Mastering

__all__ = ["HELD_BACK_S", "Loudness", "Mastering", "gain_for", "measure"]
