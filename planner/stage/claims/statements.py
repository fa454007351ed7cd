"""Recognises statements that need facts by their words, also in wordings that no pattern foresees.

A linear classifier over words, subjects (`fields.toml`) and the form of a text. `bench.statement_weights`
makes `weights.json` from labelled replies.
"""

import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations

from planner.stage.claims.claims import Given, is_given
from planner.stage.claims.demands import asks_for_words
from planner.stage.games.number_words import number_words
from planner.stage.serious.topics import fold

STEM_CHARACTERS = 6
GIVEN_CHARACTERS = 5
SHORT_WORD = 4
FEW_WORDS = 5
MANY_WORDS = 9
LONGEST_PHRASE = 3

_WORD = re.compile(r"[^\W_]+")
_CAPITAL = re.compile(r"(?<=\w[ ,])[A-ZÀ-Þ]\w")


@dataclass(frozen=True, slots=True)
class _Weights:
    words: Mapping[str, float]
    bias: float
    threshold: float
    strict_threshold: float


def states_unfounded(text: str, given: Given, heard: str = "") -> bool:
    """Return whether a text states what only the show's facts can justify, and they do not.

    The words of `heard`, the viewer's line, may be taken up, unless the line wants something to be said: then
    a reply is also refused at a lower score.
    """
    weights, is_demand = _weights(), asks_for_words(heard)
    score = statement_score(text, "" if is_demand else heard)
    limit = weights.strict_threshold if is_demand else weights.threshold
    return score > limit and not is_given(text, given.facts)


def statement_score(text: str, chat: str = "") -> float:
    """Return how surely a text, as an answer to `chat`, is a statement that needs facts."""
    weights = _weights()
    known = [weights.words[feature] for feature in features_of(text, chat) if feature in weights.words]
    return weights.bias + (sum(known) / math.sqrt(len(known)) if known else 0.0)


def features_of(text: str, chat: str = "") -> frozenset[str]:
    """Return the features of a text: its words, their subjects, its form, and pairs of these.

    Words that stand in `chat` are left out.
    """
    spoken = _WORD.findall(fold(text).replace("'", " "))
    given = {word[:GIVEN_CHARACTERS] for word in _WORD.findall(fold(chat)) if len(word) >= SHORT_WORD}
    words = [word for word in spoken if word[:GIVEN_CHARACTERS] not in given]
    subjects, form = subjects_of(words), _form_of(text, spoken)
    features = {f"w:{word if len(word) < SHORT_WORD else word[:STEM_CHARACTERS]}" for word in words}
    features.update(f"f:{subject}" for subject in subjects)
    features.update(f"ff:{subject}" for subject, count in subjects.items() if count > 1)
    features.update(f"p:{one}&{other}" for one, other in combinations(sorted(subjects), 2))
    features.update(f"s:{trait}" for trait in form)
    features.update(f"x:{subject}&{trait}" for subject in subjects for trait in form)
    features.update(f"y:{one}&{other}" for one, other in combinations(form, 2))
    return frozenset(features if subjects else features | {"f:none"})


def subjects_of(words: Sequence[str]) -> Counter[str]:
    """Return how many of the words, in lower case and without accents, belong to each subject."""
    exact, beginnings = _subjects()
    found: Counter[str] = Counter()
    for place, word in enumerate(words):
        names = set(exact.get(word, ()))
        for size in range(2, LONGEST_PHRASE + 1):
            names.update(exact.get(" ".join(words[place : place + size]), ()))
        for size in range(SHORT_WORD, len(word) + 1):
            names.update(beginnings.get(word[:size], ()))
        found.update(names)
    return found


def _form_of(text: str, words: Sequence[str]) -> list[str]:
    numbers = sum(word in _numbers() or any(map(str.isdigit, word)) for word in words)
    used = frozenset(words)
    traits = {
        "number": numbers > 0,
        "numbers": numbers > 1,
        **{name: bool(used & listed) for name, listed in _persons().items()},
        "capital": bool(_CAPITAL.search(text)),
        "question": "?" in text,
        "colon": ":" in text,
        "short": len(words) < FEW_WORDS,
        "long": len(words) > MANY_WORDS,
    }
    return [trait for trait, holds in traits.items() if holds]


@cache
def _numbers() -> frozenset[str]:
    spelled = {word for language in ("it", "en", "de") for word in number_words(language)}
    table = _table("form_words.toml")
    return frozenset(spelled - set(table["articles"].split())) | frozenset(table["large_numbers"].split())


@cache
def _persons() -> dict[str, frozenset[str]]:
    table = _table("form_words.toml")
    return {name: frozenset(table[name].split()) for name in ("first", "you", "all")}


@cache
def _subjects() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return the subjects of whole words and phrases, and those of the beginnings of words."""
    exact: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for subject, entries in _table("fields.toml").items():
        for entry in entries.split():
            bare = fold(entry.rstrip(".").strip("_").replace("_", " "))
            is_whole = " " in bare or entry.endswith((".", "_")) or len(bare) < SHORT_WORD
            target = exact if is_whole else beginnings
            if subject not in target.get(bare, ()):
                target[bare] = (*target.get(bare, ()), subject)
    return exact, beginnings


@cache
def _weights() -> _Weights:
    table = json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
    return _Weights(table["weights"], table["bias"], table["threshold"], table["strict_threshold"])


def _table(filename: str) -> dict[str, str]:
    table: dict[str, str] = tomllib.loads(files(__package__).joinpath(filename).read_text(encoding="utf-8"))
    return table
