"""The characters that SVOX Pico speaks in: a speed and a pitch of the one voice that a language has."""

from dataclasses import dataclass

VOICES = {"it": "it-IT", "en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"}


@dataclass(frozen=True, slots=True)
class PicoCharacter:
    """A named way of speaking. Speed and pitch are factors.

    `accent`: the one voice that has the character, as Pico names it; empty for all.
    """

    voice_id: str
    speed: float = 1.0
    pitch: float = 1.0
    accent: str = ""

    def speaks(self, language: str) -> bool:
        """Return whether the character exists in a language, such as "en" or "en-GB"."""
        own = self.accent or VOICES.get(language[:2].lower(), "")
        return own[:2] == language[:2].lower()


DEFAULT = PicoCharacter("clara")
CHARACTERS = (
    DEFAULT,
    PicoCharacter("luna", speed=1.06, pitch=1.15),
    PicoCharacter("vera", speed=0.93, pitch=0.88),
    PicoCharacter("leo", speed=1.04, pitch=0.74),
    PicoCharacter("bruno", speed=0.96, pitch=0.62),
    PicoCharacter("kiki", speed=1.1, pitch=1.5),
    PicoCharacter("emma", accent="en-GB"),
    PicoCharacter("arthur", speed=0.98, pitch=0.7, accent="en-GB"),
)


def character_of(voice_id: str, language: str) -> PicoCharacter:
    """Return a character by its id; the default one where it does not exist in the language."""
    found = (each for each in CHARACTERS if each.voice_id == voice_id and each.speaks(language))
    return next(found, DEFAULT)
