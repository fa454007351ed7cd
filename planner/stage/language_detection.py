"""Detects the language of a chat line, and whether a sentence is in another language than expected."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from tomllib import loads

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# One small word more than in the right language is chance, two are not.
CLEAR_LEAD = 2
CONTENT_CHARACTERS = 4

LANGUAGES = ("it", "en", "de", "es", "fr", "pt")
UNKNOWN = "unknown"
MAX_CHARACTERS = 300
# A frequent word of a language makes it four times as likely; the expected language counts half more.
VOTE, LIKELY = 4.0, 1.5
SURE = 0.4
CLEAR = 0.6

_WORD = re.compile(r"[^\W\d_]+(?:'(?:t|m|s|re|ll|ve)\b)?")
_NO_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#]\S+|:\w+:")
_STRETCH = re.compile(r"(.)\1{2,}")
# What chats of all six languages write, and laughter.
_ANYWHERE = re.compile(
    r"(?:lol+|lmao|rofl|omg|wtf|xd+|gg|wp|ok(?:ay|ey)?|wow|brb|asap|top|super|bravo|live|tiktok|pizza|selfie|video|like"
    r"|follow|robot|bot|mega|yes|yeah|no|hm+|uh+|oh+|ah+|eh+|mm+|(?:a?ha)+h?|a(?:ha)+h*|(?:e?he)+|(?:hi)+|(?:ja){2,}|k{2,}|rs+"
    r"|[a-z])"
)


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """A code of `LANGUAGES`, or `unknown`, and how likely it is: 0 to 1."""

    code: str
    confidence: float

    @property
    def is_known(self) -> bool:
        return self.code != UNKNOWN


def detect_language(text: str, likely: str = "") -> DetectedLanguage:
    """Return the language of a short text, about 50 µs. `likely`: the language to expect, such as the show's.

    Letter statistics (py3langid, restricted to `LANGUAGES`) are weighed with each language's frequent words.
    Names, laughter and words of every chat have no language.
    """
    words = _words_of(text)
    if not words or _is_foreign_script(words):
        return DetectedLanguage(UNKNOWN, 0.0)
    ranked = _identifier().rank(" ".join(words))
    likelihood = {
        code: share
        * VOTE ** sum(word in _frequent_words()[code] for word in words)
        * (LIKELY if code == likely else 1)
        for code, share in ranked
    }
    code = max(likelihood, key=lambda one: likelihood[one])
    confidence = likelihood[code] / sum(likelihood.values())
    return DetectedLanguage(code if confidence >= SURE else UNKNOWN, round(confidence, 3))


def spoken_language(sentence: str, *, expected: str, others: Sequence[str]) -> str:
    """Return the language of a reply's sentence: `expected`, unless it is clearly one of `others`."""
    found = detect_language(sentence, likely=expected)
    return found.code if found.code in others and found.confidence >= CLEAR else expected


def load_language_model() -> None:
    """Load the letter statistics, which takes about a second, before the first line is judged."""
    _identifier()


@cache
def _identifier() -> LanguageIdentifier:
    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(LANGUAGES)
    # A copy of what these languages need: the statistics of the other ninety take 22 MB.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )


def _words_of(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", _NO_WORDS.sub(" ", text[:MAX_CHARACTERS])).casefold()
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", _STRETCH.sub(r"\1", text).replace("’", "'"))
    return [word for word in words if not _ANYWHERE.fullmatch(word)]


def _is_foreign_script(words: list[str]) -> bool:
    letters = "".join(words)
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin < len(letters) / 2


def foreign_language(text: str, language: str) -> str:
    """Return a text's language if it is clearly not `language`, else an empty string.

    It knows `it`, `en`, `de`, `es`, `fr` and `pt`; for other languages it always returns an empty string.
    """
    table = _small_words()
    if language not in table:
        return ""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    votes = {tongue: sum(word in small for word in words) for tongue, small in table.items()}
    likely = max(votes, key=lambda tongue: votes[tongue])
    return likely if votes[likely] - votes[language] >= CLEAR_LEAD else ""


def is_frequent(word: str) -> bool:
    """Return whether a word in lower case is one of a language's most frequent ones."""
    return any(word in words for words in _small_words().values())


def content_words(text: str) -> list[str]:
    """Return a text's words without the small words of any language and without short ones."""
    small = frozenset().union(*_small_words().values())
    words = _WORD.findall(text.casefold().replace("’", "'"))
    return [word for word in words if len(word) >= CONTENT_CHARACTERS and word not in small]


def primary_language(tag: str) -> str:
    """Return the language of a tag such as `it-IT`."""
    return tag.casefold().replace("_", "-").split("-")[0]


@cache
def _small_words() -> dict[str, frozenset[str]]:
    return _word_table("small_words.toml")


@cache
def _frequent_words() -> dict[str, frozenset[str]]:
    chat = _word_table("chat_words.toml")
    return {language: words | chat[language] for language, words in _small_words().items()}


def _word_table(filename: str) -> dict[str, frozenset[str]]:
    table = loads(files(__package__).joinpath(filename).read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in table.items()}
