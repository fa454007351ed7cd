"""Makes a viewer's display name speakable."""

import re
import unicodedata
from collections.abc import Sequence

from planner.stage.cleaning import plain, without_symbols
from texts.folding import unescape_entities

MAX_NAME_CHARACTERS = 24
MAX_WORDS = 2

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DECORATION = re.compile(r"^[xX]+$")
_STRETCH = re.compile(r"(.)\1{2,}", re.IGNORECASE)
_LINK = re.compile(r"https?:|www\.|\.(?:com|it|net|org|io|gg|me)\b", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouyàáâäãèéêëìíîïòóôöõùúûü]", re.IGNORECASE)
_TOGETHER = {"it": ("e", "altri"), "en": ("and", "others"), "de": ("und", "andere")}
_NOBODY = {
    "user",
    "utente",
    "nutzer",
    "benutzer",
    "null",
    "undefined",
    "none",
    "anonymous",
    "anonimo",
    "anonym",
    "guest",
    "gast",
    "tiktok",
}
# A name is not left hanging on one of these: `Mamma di 3` is called `Mamma`.
_PARTICLES = {
    "di",
    "da",
    "del",
    "della",
    "dei",
    "de",
    "of",
    "the",
    "and",
    "from",
    "in",
    "on",
    "e",
    "il",
    "la",
    "von",
    "vom",
    "aus",
    "und",
    "der",
    "die",
    "das",
}


def sayable_name(raw: str) -> str:
    """Return the part of a name that can be said aloud: `xX_marco99_Xx` gives `marco`, an emoji gives ``."""
    name = unicodedata.normalize("NFKC", plain(without_symbols(unescape_entities(raw[:200]))))
    if _LINK.search(name):
        return ""
    words = [word for word in _WORD.findall(_STRETCH.sub(r"\1", name)) if _is_sayable(word)]
    if len(words) > 1 and words[1].casefold() in _PARTICLES:
        del words[1:]
    spoken = " ".join(words[:MAX_WORDS])
    if len(spoken) > MAX_NAME_CHARACTERS:
        spoken = words[0][:MAX_NAME_CHARACTERS]
    return spoken


def called_together(names: Sequence[str], *, more: int, language: str) -> str:
    """Return several viewers' names for one call, with a mark for `more`; empty for nobody."""
    conjunction, others = _TOGETHER.get(language, _TOGETHER["en"])
    called = [*names, others] if names and more else list(names)
    if len(called) < 2:
        return "".join(called)
    return f"{', '.join(called[:-1])} {conjunction} {called[-1]}"


def _is_sayable(word: str) -> bool:
    if len(word) < 2 or _DECORATION.match(word) or word.casefold() in _NOBODY:
        return False
    return bool(_VOWEL.search(word)) and all(_is_latin(letter) for letter in word)


def _is_latin(letter: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN")
