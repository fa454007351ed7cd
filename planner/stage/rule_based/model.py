"""Answers comments with canned lines, by intent.

It never repeats a viewer's words, states no fact about the show and is silent to what it does not
understand.
"""

import time
from collections.abc import Callable

from planner.stage.language_detection import primary_language
from planner.stage.lines import (
    LANGUAGES,
    BooksState,
    fill,
    load_books,
    never,
    restore_books,
    snapshot_books,
    template_language,
)
from planner.stage.names import called_together, sayable_name
from planner.stage.prompt import Prompt
from planner.stage.rule_based.intents import QUESTION, SURE, UNKNOWN, Understood, recognise, understand
from planner.stage.serious.replies import SeriousReplies
from planner.stage.serious.topics import SeriousTopic, serious_topic
from planner.stage.turn import Turn
from planner.stage.viewers import names_of

CALM = "calm"
CHATTER = "chatter"
# Hostile comments get these answers too: they are kind, and no answer would be worse.
CAREFUL_INTENTS = frozenset({"distress", "sensitive"})
# These always get an answer, even a repeated one.
OWED_INTENTS = frozenset({"distress"})
# For these a generic line is no substitute.
WITHOUT_STAND_IN = frozenset({CALM, "distress", "sensitive", "host_kind", "insult", "contact", "spam", "sad"})
STAND_INS = (UNKNOWN, CHATTER)
# One line that fits any comment is said for so many that are to the point; silence is better than more.
ANSWERS_PER_STAND_IN = 8
# In the place of a model that fails they are said more often: what half an hour's rest allows of some hundred
# lines, so many in a row, the others spread over it.
BURST = 30
STAND_IN_EVERY_S = 26.0
# A laugh or a `yes` needs no answer; a few get one, for the sake of the mood.
REACTIONS = frozenset({"agree", "disagree", "laugh", "wow", "emoji", "first"})
REACTIONS_AT_ONCE = 3
REACTION_EVERY_S = 120.0
NAMELESS_HOST = {"it": "l'host virtuale", "en": "the virtual host", "de": "der virtuelle Host"}


class RuleBasedModel:
    """Chooses canned lines by rules; deterministic for a seed and the same turns."""

    def __init__(self, *, seed: int = 0, now_s: Callable[[], float] = time.time) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)
        self._serious = SeriousReplies(seed=seed, now_s=now_s)
        self._ration = _Ration(BURST, every_s=STAND_IN_EVERY_S, now_s=now_s)
        self._reactions = _Ration(REACTIONS_AT_ONCE, every_s=REACTION_EVERY_S, now_s=now_s)
        self._answers = 0  # to the point, since the last line that fits any comment
        for language in LANGUAGES:
            recognise("a", language)  # compile the patterns before the first reply

    def understand(self, turn: Turn, language: str, host_name: str = "") -> Understood:
        """Return the topic of a turn's lines, and how sure it is; `language` is used if the turn has none."""
        found = understand(turn.text, _language_of(turn, language), host_name)
        topic = serious_topic(turn.text)
        if topic is not None and found.intent not in OWED_INTENTS:
            return Understood(topic.value, SURE if topic is not SeriousTopic.UNSURE else 0.0)
        is_calmed = turn.careful and found.intent not in CAREFUL_INTENTS
        return Understood(CALM, SURE) if is_calmed else found

    def line_for(
        self, prompt: Prompt, *, is_repeat: Callable[[str], bool] = never, instead_of_model: bool = False
    ) -> str:
        """Return a line that was not used recently and is no repeat; an empty string if there is none.

        `instead_of_model`: a language model should have answered, so silence would be a fault.
        """
        turn = prompt.turn
        language = _language_of(turn, prompt.character.language)
        intent = self.understand(turn, language, prompt.character.name).intent
        host = sayable_name(prompt.character.name) or NAMELESS_HOST[language]

        names = names_of(turn)

        def spoken(line: str) -> str:
            if len(names) < 2:
                return fill(line, name="".join(names), host=host)
            called = called_together(names, more=1 + len(turn.also) - len(names), language=language)
            return f"{called}: {fill(line, name='', host=host)}"

        def draw(topic: str) -> str:
            return self._books[language].draw_fresh(topic, spoken=spoken, is_repeat=is_repeat)

        topic = serious_topic(turn.text)
        if topic is not None and intent == topic.value:
            tags = (turn.language, prompt.character.language)
            return self._serious.line_for(topic, tags, spoken=spoken, is_repeat=is_repeat)
        is_answer = intent not in (UNKNOWN, QUESTION) or (intent == QUESTION and instead_of_model)
        if intent in REACTIONS and not self._reactions.is_left and not instead_of_model:
            return ""
        if intent in self._books[language] and is_answer and (line := draw(intent)):
            self._answers += 1
            if intent in REACTIONS:
                self._reactions.take()
            return line
        if intent in OWED_INTENTS:
            return spoken(self._books[language].draw(intent))
        if intent in WITHOUT_STAND_IN or not self._may_stand_in(instead_of_model):
            return ""
        line = next(filter(None, map(draw, STAND_INS)), "")
        if line:
            self._ration.take()
            self._answers = 0
        return line

    def _may_stand_in(self, instead_of_model: bool) -> bool:
        """Return whether a line may be said that fits most comments; there are few, and they say little."""
        return self._ration.is_left and (instead_of_model or self._answers >= ANSWERS_PER_STAND_IN)

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return {**snapshot_books(self._books), **self._serious.snapshot()}

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        restore_books(self._books, saved)
        self._serious.restore(saved)


def _language_of(turn: Turn, language: str) -> str:
    """Return the turn's language if it has lines, else `language`, else English."""
    spoken = template_language(turn.language)
    return spoken if primary_language(turn.language) == spoken else template_language(language)


class _Ration:
    """Allows `burst` uses at once, then one every `every_s`."""

    def __init__(self, burst: int, *, every_s: float, now_s: Callable[[], float]) -> None:
        self._saved_s = burst * every_s
        self._every_s = every_s
        self._now_s = now_s
        self._empty_at_s = now_s() - self._saved_s

    @property
    def is_left(self) -> bool:
        return self._now_s() - self._empty_at_s >= self._every_s

    def take(self) -> None:
        self._empty_at_s = max(self._empty_at_s, self._now_s() - self._saved_s) + self._every_s
