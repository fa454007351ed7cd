"""Makes a viewer's display name speakable."""

import re
import unicodedata
from collections.abc import Sequence

from anyascii import anyascii

from planner.stage.cleaning import plain, without_symbols
from texts.folding import fold_letters, unescape_entities

MAX_NAME_CHARACTERS = 24
MAX_WORDS = 2
FEWEST_WORDS_OF_SENTENCE = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DECORATION = re.compile(r"^[xX]+$")
_STRETCH = re.compile(r"(.)\1{2,}", re.IGNORECASE)
_LINK = re.compile(r"https?:|www\.|\.(?:com|it|net|org|io|gg|me)\b", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiouyàáâäãèéêëìíîïòóôöõùúûü]", re.IGNORECASE)
_TOGETHER = {"it": ("e", "altri"), "en": ("and", "others"), "de": ("und", "andere")}
_HUMP = re.compile(r"(?<=[^\W\d_A-Z][^\W\d_A-Z])(?=[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ]{2})")
_SYLLABLE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_LETTERS = re.compile(r"[^A-Za-z]+")
# Digits between letters stand for letters; those at the ends are numbers.
_LEET_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?:\d[^\W\d_]+)+")
_LEET = str.maketrans("013457", "oieast")
# Arabic leaves short vowels out, so that a transliteration cannot be said.
_ARABIC_NAMES = {
    "محمد": "Mohammed",
    "احمد": "Ahmed",
    "أحمد": "Ahmed",
    "علي": "Ali",
    "عمر": "Omar",
    "حسن": "Hassan",
    "حسين": "Hussein",
    "خالد": "Khaled",
    "يوسف": "Youssef",
    "مصطفى": "Mustafa",
    "ابراهيم": "Ibrahim",
    "فاطمة": "Fatima",
    "مريم": "Maryam",
    "سارة": "Sara",
    "نور": "Nour",
    "ليلى": "Leila",
}
# What stands beside a name and is not part of it.
_TITLES = frozenset(
    [
        "pro",
        "official",
        "ufficiale",
        "offiziell",
        "real",
        "tv",
        "live",
        "gamer",
        "gaming",
        "yt",
        "ttv",
        "fan",
        "backup",
    ]
)
# Words of which whole sentences are made: a handle with one of them is no name and surname.
_SENTENCE_WORDS = """
i im my me you your is am are love loves hate like likes not we to
io mi ti sono mio mia amo odio non che piace tuo tua
ich mein meine bin liebe mag nicht dein deine
"""
_OF_SENTENCES = frozenset(_SENTENCE_WORDS.split())
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
    """Return the part of a name that can be said aloud: `xX_marco99_Xx` gives `marco`, an emoji gives ``.

    Digits inside a word are read as letters (`L3o`), other scripts in Latin letters, and a handle that is a
    sentence by its last word (`i_love_my_dog_rex`).
    """
    name = unicodedata.normalize("NFKC", without_symbols(fold_letters(plain(unescape_entities(raw[:200])))))
    if _LINK.search(name):
        return ""
    name = _LEET_WORD.sub(_letters_for_digits, _HUMP.sub(" ", name))
    words = [_in_latin(word) for word in _WORD.findall(_STRETCH.sub(r"\1", name))]
    words = [part for word in words for part in word.split() if _is_sayable(part)]
    if len(words) >= FEWEST_WORDS_OF_SENTENCE and not _OF_SENTENCES.isdisjoint(map(str.casefold, words)):
        words = [word for word in words if word.casefold() not in _OF_SENTENCES | _PARTICLES][-1:] or words
    words = [word for word in words if word.casefold() not in _TITLES] or words
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


def _letters_for_digits(found: re.Match[str]) -> str:
    return found[0].translate(_LEET)


def _in_latin(word: str) -> str:
    """Return a word in Latin letters; syllables that a script writes without a space are joined."""
    if all(map(_is_latin, word)):
        return word
    if word in _ARABIC_NAMES:
        return _ARABIC_NAMES[word]
    return _SYLLABLE.sub(" ", _NOT_LETTERS.sub("", anyascii(word))).title()


def _is_latin(letter: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN")
