"""One poll in the chat; each viewer's last vote counts."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from planner.stage.cleaning import clean_for_speech
from planner.stage.games.answer_matching import is_right, numbers_in, words_of

OPEN_S = 60.0
MIN_OPTIONS = 2
MAX_OPTIONS = 6
MAX_QUESTION_CHARACTERS = 120
MAX_OPTION_CHARACTERS = 40
LETTERS = "abcdef"

_CALLED = {"voto", "vote", "opzione", "option", "numero", "number", "stimme", "nummer", "lettera", "letter"}
_SEPARATOR = re.compile(r"\s*[/|;]\s*|\s*,\s+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Poll:
    """A poll that is being held. Its clock runs from `opened_at_s`, when the host has said it."""

    question: str
    options: list[str]
    language: str
    open_s: float = OPEN_S
    kind: str = "poll"
    opened_at_s: float | None = None
    closed: bool = False
    votes: dict[str, int] = field(default_factory=dict)

    @property
    def ends_at_s(self) -> float | None:
        return None if self.opened_at_s is None else self.opened_at_s + self.open_s

    @property
    def hint_at_s(self) -> float | None:
        return None

    def hear(self, text: str, viewer_id: str, viewer_name: str, now_s: float) -> bool:
        """Take a line; return whether it is a vote and nothing else, and so needs no answer."""
        if self.opened_at_s is None:
            return False
        chosen = self._bare_choice(text)
        is_bare = chosen is not None
        if chosen is None:
            chosen = self._named_choice(text)
        if chosen is not None and not self.closed and now_s <= self.opened_at_s + self.open_s:
            self.votes[viewer_id] = chosen
        return is_bare

    def _bare_choice(self, text: str) -> int | None:
        """Return the option that a line names by number, letter or its own words alone."""
        folded = unicodedata.normalize("NFKC", text).casefold()
        words = [word for word in _WORD.findall(folded) if word not in _CALLED]
        if len(words) == 1 and words[0] in LETTERS[: len(self.options)]:
            return LETTERS.index(words[0])
        numbers = numbers_in(" ".join(words), self.language)
        if len(words) == 1 and len(numbers) == 1 and 1 <= int(numbers[0]) <= len(self.options):
            return int(numbers[0]) - 1
        line = words_of(text, self.language)
        same = [place for place, option in enumerate(self.options) if words_of(option, self.language) == line]
        return same[0] if same else None

    def _named_choice(self, text: str) -> int | None:
        """Return the only option that a short line names."""
        if "?" in text:
            return None
        named = [
            place for place, option in enumerate(self.options) if is_right(text, [option], self.language)
        ]
        return named[0] if len(named) == 1 else None

    def counts(self) -> list[int]:
        """Return the votes of each option."""
        given = list(self.votes.values())
        return [given.count(place) for place in range(len(self.options))]

    def percentages(self) -> list[int]:
        """Return whole percentages that add up to 100 (largest remainders); zeros without votes."""
        total = len(self.votes)
        if not total:
            return [0] * len(self.options)
        shares = [count * 100 / total for count in self.counts()]
        whole = [int(share) for share in shares]
        by_remainder = sorted(range(len(shares)), key=lambda place: whole[place] - shares[place])
        for place in by_remainder[: 100 - sum(whole)]:
            whole[place] += 1
        return whole

    def leading(self) -> list[str]:
        """Return the options with the most votes, in their order; none without votes."""
        most = max(self.counts())
        counted = zip(self.options, self.counts(), strict=True)
        return [option for option, count in counted if count == most] if most else []

    def state(self) -> dict[str, Any]:
        """Return what a screen shows of it."""
        rows = zip(self.options, self.counts(), self.percentages(), strict=True)
        options = [{"text": text, "votes": votes, "percent": percent} for text, votes, percent in rows]
        return {"question": self.question, "options": options}

    def snapshot(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "Poll":
        return cls(**saved)


def read_poll(argument: str) -> tuple[str, list[str]] | None:
    """Read `Question? A / B / C`; None when there is no question or there are not 2 to 6 options."""
    question, mark, rest = argument.partition("?")
    return make_poll(question, _SEPARATOR.split(rest.strip())) if mark else None


def make_poll(question: str, options: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return a question and options fit to be said; None when nothing is left of one of them."""
    said = clean_for_speech(question.rstrip("? "))[:MAX_QUESTION_CHARACTERS]
    kept = usable_options([clean_for_speech(option)[:MAX_OPTION_CHARACTERS] for option in options])
    return (f"{said}?", kept) if said and kept else None


def usable_options(options: Sequence[str]) -> list[str]:
    """Return each option once, the first six; none when fewer than two are left."""
    kept: dict[str, str] = {}
    for option in options:
        if option:
            kept.setdefault(option.casefold(), option)
    return list(kept.values())[:MAX_OPTIONS] if len(kept) >= MIN_OPTIONS else []
