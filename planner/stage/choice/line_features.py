"""Extracts features of a chat line: question, address, nonsense."""

import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files
from tomllib import loads

from planner.stage.language_detection import detect_language, primary_language

MAX_CHARACTERS = 300
REMEMBERED_LINES = 2_048  # most lines are looked at many times while they wait
HOST_WORDS = frozenset({"host", "conduttore", "conduttrice", "presentatore", "presentatrice", "moderatore"})
LOUD_LETTERS = 8
LOUD_SHARE = 0.8
MASH_LETTERS = 5

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_MENTION = re.compile(r"@([\w.]+)")
_QUESTION_MARK = re.compile("[?？؟¿]")
_NO_VOWEL = re.compile(r"^[^\W\daeiouy_]{5,}$|[^\W\daeiouy_]{7,}")
_AGAIN_AND_AGAIN = re.compile(r"(.{1,3})\1{3,}")
_ENGLISH_S = re.compile(r"['’]s\b")
_LAUGHTER = re.compile(r"^(?:ha|ah|he|eh|hi|ih|ja|je|k|x|lo|l)+d*h*$")


@dataclass(frozen=True, slots=True)
class WordLists:
    """The words of one language that matter for a line's features."""

    asks: frozenset[str]
    opens: frozenset[str]
    you: frozenset[str]
    filler: frozenset[str]
    greets: frozenset[str]


@dataclass(frozen=True, slots=True)
class LineFeatures:
    """The features of a line. `words` are all its words, folded.

    `names_another` marks a mention of a viewer.
    """

    words: tuple[str, ...]
    is_question: bool = False
    names_host: bool = False
    names_another: bool = False
    says_you: bool = False
    is_greeting: bool = False
    is_nonsense: bool = False
    is_loud: bool = False


@lru_cache(maxsize=REMEMBERED_LINES)
def read(text: str, language: str, host_name: str) -> LineFeatures:
    """Return a line's features, read in `language` or in the line's own if that is clearly another."""
    text = text[:MAX_CHARACTERS]
    word_lists = word_lists_for(text, language)
    mentioned = {fold(name) for name in _MENTION.findall(text)}
    spelling = _spelling()
    words = tuple(spelling.get(word, word) for word in _WORD.findall(fold(text)))
    hosts = host_words(host_name)
    names_host = not hosts.isdisjoint(words) or any(name in hosts for name in mentioned)
    return LineFeatures(
        words=words,
        is_question=bool(words) and (_is_marked(text) or _opens_question(text, words, word_lists, hosts)),
        names_host=names_host,
        names_another=bool(mentioned) and not names_host,
        says_you=not word_lists.you.isdisjoint(words),
        is_greeting=all(word in word_lists.greets for word in words),
        is_nonsense=_is_nonsense(words),
        is_loud=_is_loud(text),
    )


def fold(text: str) -> str:
    """Return a text in lower case without accents; apostrophes separate words."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _ENGLISH_S.sub("", text.casefold()).replace("'", " ").replace("’", " ")


@lru_cache(maxsize=64)
def host_words(host_name: str) -> frozenset[str]:
    """Return the words that address the host: those of its name, the joined name, and generic ones."""
    words = _WORD.findall(fold(host_name))
    return HOST_WORDS | {word for word in (*words, "".join(words)) if len(word) > 2}


def word_lists_for(text: str, language: str) -> WordLists:
    """Return the word lists for a line: the chat's language, English, and the line's own language."""
    spoken = primary_language(language)
    detected = detect_language(text, likely=spoken)
    return _merged_lists(spoken, detected.code if detected.is_known else "")


@lru_cache(maxsize=64)
def _merged_lists(*languages: str) -> WordLists:
    table = _table()
    spoken = [table[language] for language in dict.fromkeys(("en", *languages)) if language in table]
    names = [field.name for field in fields(WordLists)]
    return WordLists(**{name: frozenset(" ".join(words[name] for words in spoken).split()) for name in names})


@cache
def _table() -> dict[str, dict[str, str]]:
    return loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def _spelling() -> dict[str, str]:
    return _table()["spelling"]


def _is_marked(text: str) -> bool:
    return bool(_QUESTION_MARK.search(text))


def _opens_question(text: str, words: tuple[str, ...], word_lists: WordLists, hosts: frozenset[str]) -> bool:
    """Return whether a line without a question mark starts like a question; `What a goal!` does not."""
    if len(words) < 2 or "!" in text:
        return False
    meant = (word for word in words if word in word_lists.asks or word not in word_lists.filler | hosts)
    return next(meant, "") in word_lists.asks or words[0] in word_lists.opens


def _is_nonsense(words: tuple[str, ...]) -> bool:
    """Return whether a line has no content: no word, one repeated word, or random keys."""
    letters = [word for word in words if not word.isdigit()]
    if not letters:
        return True
    if len(letters) > 1 and len(set(letters)) == 1:
        return True
    return all(_is_mash(word) for word in letters)


def _is_mash(word: str) -> bool:
    if len(word) < MASH_LETTERS or not word.isascii():
        return False
    return bool(_NO_VOWEL.search(word) or _AGAIN_AND_AGAIN.search(word) or _LAUGHTER.match(word))


def _is_loud(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    loud = sum(character.isupper() for character in letters)
    return len(letters) >= LOUD_LETTERS and loud >= LOUD_SHARE * len(letters)
