"""Checks a model's sentence before it is voiced.

Topics are moderation's task; this gate stops sentences that reveal the instructions, quote the viewer, were
injected, or are not the host's words at all.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from planner.stage.claims.addresses import address_of
from planner.stage.claims.claims import Given, claim_of
from planner.stage.claims.demands import is_obeyed
from planner.stage.claims.encoded import is_encoded
from planner.stage.claims.numbers import number_of
from planner.stage.claims.promotion import promotes
from planner.stage.claims.statements import states_unfounded
from planner.stage.cleaning import clean_for_speech, shorten
from planner.stage.language_detection import foreign_language
from planner.stage.model_text.assistants import names_itself
from planner.stage.model_text.gaps import has_gap
from planner.stage.model_text.labels import without_labels
from planner.stage.model_text.slips import slip_of
from planner.stage.sentences import split_sentences
from planner.stage.serious.topics import is_cheerful

MAX_SENTENCES = 2
MAX_HANDLES = 1
# Four words in a row are chance; three such runs that make up most of a sentence are a quotation.
RUN_WORDS = 4
LEAKED_RUNS = 3
LEAKED_SHARE = 0.4
# A run this long is a quotation in any context.
LEAKED_LONG_RUNS = 6


class Refusal(StrEnum):
    """Why a sentence is not voiced."""

    TOO_LONG = "too_long"
    MARKUP = "markup"
    ROLE = "role"
    HANDLES = "handles"
    CODE = "code"
    MACHINE = "machine"
    HUMAN = "human"
    SECRET = "secret"  # noqa: S105 (a topic, no password)
    LEAK = "leak"
    ECHO = "echo"
    LANGUAGE = "language"
    GAP = "gap"  # a link, a name or another word was cut out
    ERROR = "error"
    FILLER = "filler"
    PLACEHOLDER = "placeholder"
    NOTE = "note"
    DECLINED = "declined"
    PLANNING = "planning"
    CHEER = "cheer"  # at something that is sad or serious
    ADDRESS = "address"  # spelled out as it is spoken
    NUMBER = "number"  # a telephone number or a code
    PRICE = "price"
    CHANGE = "change"  # of the show: a date, a cancellation
    WINNER = "winner"  # of something that can be taken home
    ADVICE = "advice"  # about health, money or law
    POLITICS = "politics"
    PHISHING = "phishing"  # asks for a code, data or money
    PERSON = "person"  # tells something about somebody
    PROMOTION = "promotion"  # of others
    UNFOUNDED = "unfounded"  # a statement of such a kind, by its words as a whole


# Only the sentence is left out; what follows may be said.
OF_ONE_SENTENCE = frozenset({Refusal.GAP, Refusal.FILLER, Refusal.PLACEHOLDER})


@dataclass(frozen=True, slots=True)
class Judgement:
    """The checked sentence. An empty text without a refusal means that there were no words."""

    text: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class OutputGate:
    """Checks the sentences of one reply. Pure, about 0.25 ms a sentence.

    `secret` is the system text, `heard` the viewer's text, `language` the only language allowed (empty: any).
    Text in `sayable` is never secret. A sentence longer than `max_characters` is shortened. The label
    `host_name:` before a sentence is removed. An answer to something that `is_serious` may not cheer.

    What a sentence states of prices, dates, persons and the like must stand in `sayable`. `chat` is what
    viewers wrote before, `said_before` the end of the host's last reply, `handle` the show's account.
    """

    secret: str
    heard: str
    language: str
    max_characters: int
    sayable: str = ""
    host_name: str = ""
    is_serious: bool = False
    chat: str = ""
    said_before: str = ""
    handle: str = ""

    def review(self, sentence: str) -> Judgement:
        """Check one sentence of the model."""
        bare = without_labels(sentence, self.host_name)
        refusal = _betrayed_by_form(sentence if bare else "") or self._not_the_hosts(bare)
        text = "" if refusal else shorten(clean_for_speech(bare), self.max_characters)
        if text:
            refusal = self._unfit(text)
        return Judgement("" if refusal else text, refusal)

    def _not_the_hosts(self, sentence: str) -> Refusal | None:
        """Check for what is wrong with a sentence before its markup is removed."""
        slip = slip_of(sentence)
        if slip is not None:
            return Refusal(slip.value)
        if names_itself(sentence, self.host_name):
            return Refusal.MACHINE
        return Refusal.GAP if has_gap(sentence) else None

    def _unfit(self, text: str) -> Refusal | None:
        words = _words(text)
        if len(split_sentences(text, self.language)) > MAX_SENTENCES:
            return Refusal.TOO_LONG
        if _MARKUP.search(text):
            return Refusal.MARKUP
        if _is_code(text, words) or is_encoded(text):
            return Refusal.CODE
        if spoken := _spoken_of(text.casefold().replace("’", "'")):
            return spoken
        if _is_leak(words, _secret_runs(self.secret, self.sayable)):
            return Refusal.LEAK
        if is_obeyed(text, f"{self.chat}\n{self.heard}", self.sayable):
            return Refusal.ECHO
        if unfounded := self.unfounded(text):
            return unfounded
        if foreign_language(text, self.language):
            return Refusal.LANGUAGE
        return Refusal.CHEER if self.is_serious and is_cheerful(text) else None

    def unfounded_together(self, said: Sequence[str], text: str) -> Refusal | None:
        """Return what a sentence states or spells out together with those said before it.

        What the host said earlier counts for addresses and numbers, which can be split over several replies.
        """
        whole = " ".join([*said, text])
        if said and (unfounded := self.unfounded(whole)):
            return unfounded
        given, joined = Given(self.sayable, f"{self.chat}\n{self.heard}"), f"{self.said_before} {whole}"
        if not self.said_before:
            return None
        if address_of(joined, given):
            return Refusal.ADDRESS
        return Refusal.NUMBER if number_of(joined, given) else None

    def unfounded(self, text: str) -> Refusal | None:
        """Return what a text states or spells out that nobody has given it."""
        given = Given(self.sayable, f"{self.chat}\n{self.heard}")
        if address_of(text, given):
            return Refusal.ADDRESS
        if number_of(text, given):
            return Refusal.NUMBER
        if topic := claim_of(text, given):
            return Refusal(topic)
        own_names = f"{self.host_name} {self.handle}"
        if promotes(text, given, own_names=own_names):
            return Refusal.PROMOTION
        return Refusal.UNFOUNDED if states_unfounded(text, given, self.heard) else None


_ROLE = re.compile(
    r"(?:^|[\n>#*\[(\"{.!?])\W*(?:system|sistema|assistant|assistente|assistent|user|utente|nutzer|benutzer|developer"
    r"|tool|function|human|ai|host|viewer|bot|chatbot|model|narrator|gpt|ki|ia)\s*[\"'*\])]*\s*[:：]"
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|s|inst)\b[^>]*>?"
    r"|\[/?(?:INST|SYS|SYSTEM)\]|<<\s*/?SYS|###\s*(?:instruction|response|system)"
    r"|\"(?:role|content|did|viewer|text|known)\"\s*:",
    re.IGNORECASE,
)
_FENCE = re.compile(r"```|\{\s*\"|</?(?:html|body|div|script|!doctype)\b", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@[\w.]{2,}")
_MARKUP = re.compile(r"[*_`~|<>{}\[\]\\^#@]|https?:|www\.|\(\s*\)")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LONGEST_WORD = 32
_SPELLED_LETTERS = 6


def _betrayed_by_form(sentence: str) -> Refusal | None:
    """Check the parts that cleaning would remove."""
    if _ROLE.search(sentence):
        return Refusal.ROLE
    if _FENCE.search(sentence):
        return Refusal.CODE
    if len(_HANDLE.findall(sentence)) > MAX_HANDLES:
        return Refusal.HANDLES
    return None


def _is_code(text: str, words: Sequence[str]) -> bool:
    """Return whether a text is encoded or spelled letter by letter."""
    if any(len(word) > _LONGEST_WORD for word in text.split()):
        return True
    run = 0
    for word in words:
        run = run + 1 if len(word) == 1 else 0
        if run >= _SPELLED_LETTERS:
            return True
    return False


def _spoken_of(text: str) -> Refusal | None:
    for topic, pattern in _patterns():
        if pattern.search(text):
            return Refusal(topic)
    return None


def _is_leak(words: Sequence[str], secret: frozenset[tuple[str, ...]]) -> bool:
    runs = _runs(words)
    leaked = sum(run in secret for run in runs)
    return leaked >= LEAKED_LONG_RUNS or (leaked >= LEAKED_RUNS and leaked >= LEAKED_SHARE * len(runs))


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1)]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


@lru_cache(maxsize=256)
def _runs_of(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_runs(_words(text)))


@lru_cache(maxsize=64)
def _secret_runs(secret: str, sayable: str) -> frozenset[tuple[str, ...]]:
    return _runs_of(secret) - _runs_of(sayable)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(files(__package__).joinpath("gate_words.toml").read_text(encoding="utf-8"))
    return tuple((topic, re.compile("|".join(patterns))) for topic, patterns in table.items())
