"""Answers comments with canned lines, by intent.

It never repeats a viewer's words, states no fact about the show and is silent to what it does not
understand.
"""

import time
from collections.abc import Callable

from planner.stage.intents.patterns import normalised
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
from planner.stage.live_facts.answers import AnswerTime, known_answer
from planner.stage.live_facts.fact_lines import FactLines
from planner.stage.names import called_together, sayable_name
from planner.stage.prompt import Prompt
from planner.stage.rule_based.aims import (
    asks_or_is_told,
    is_about_live,
    is_of_oneself,
    is_talk_of_others,
    is_told,
    names_its_person,
)
from planner.stage.rule_based.intents import QUESTION, SURE, UNKNOWN, Understood, recognise, understand
from planner.stage.serious.replies import SeriousReplies
from planner.stage.serious.topics import ALWAYS_READY, SeriousTopic, serious_topic
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
        self._facts = FactLines(seed=seed, now_s=now_s)
        self._seed, self._now_s = seed, now_s
        self._serious = SeriousReplies(seed=seed, now_s=now_s)
        self._ration = _Ration(BURST, every_s=STAND_IN_EVERY_S, now_s=now_s)
        self._reactions = _Ration(REACTIONS_AT_ONCE, every_s=REACTION_EVERY_S, now_s=now_s)
        for language in LANGUAGES:
            recognise("a", language)  # compile the patterns before the first reply

    def understand(self, turn: Turn, language: str, host_name: str = "") -> Understood:
        """Return the topic of a turn's lines, and how sure it is; `language` is used if the turn has none."""
        found = understand(turn.text, _language_of(turn, language), host_name)
        topic = serious_topic(turn.text)
        if topic is not None and found.intent not in OWED_INTENTS:
            return Understood(topic.value, SURE if topic is not SeriousTopic.UNSURE else 0.0)
        if not turn.careful or found.intent in CAREFUL_INTENTS:
            return found
        return Understood(CALM, SURE) if asks_or_is_told(normalised(turn.text)) else Understood(UNKNOWN, 0.0)

    def line_for(
        self, prompt: Prompt, *, is_repeat: Callable[[str], bool] = never, instead_of_model: bool = False
    ) -> str:
        """Return a line that was not used recently and is no repeat; an empty string if there is none.

        `instead_of_model`: a language model should have answered, so silence would be a fault; so it is for
        what the streamer asks for.
        """
        turn = prompt.turn
        must_answer = instead_of_model or turn.is_asked_for
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

        if intent != CALM and (known := self._known_line(intent, prompt, language, is_repeat)) is not None:
            return known
        topic = serious_topic(turn.text)
        if topic is not None and intent == topic.value:
            tags = (turn.language, prompt.character.language)
            if not _expects_answer(topic, turn.text) and not must_answer:
                return ""
            return self._serious.line_for(topic, tags, spoken=spoken, is_repeat=is_repeat)
        is_answer = intent not in (UNKNOWN, QUESTION) or (intent == QUESTION and must_answer)
        if intent in REACTIONS and not self._reactions.is_left and not must_answer:
            return ""
        if intent in self._books[language] and is_answer and (line := draw(intent)):
            if intent in REACTIONS:
                self._reactions.take()
            return line
        if intent in OWED_INTENTS:
            return spoken(self._books[language].draw(intent))
        # A line that fits any comment says little: it is for a model that fails, silence is better otherwise.
        may_stand_in = turn.is_asked_for or (instead_of_model and self._ration.is_left)
        if intent in WITHOUT_STAND_IN or not may_stand_in:
            return ""
        line = next(filter(None, map(draw, STAND_INS)), "")
        if line:
            self._ration.take()
        return line

    def _known_line(
        self, intent: str, prompt: Prompt, language: str, is_repeat: Callable[[str], bool]
    ) -> str | None:
        """Return a true answer, an empty string where it was said of late, or None if nothing is known."""
        answer = known_answer(intent, prompt, AnswerTime(self._now_s(), self._seed), language)
        if answer is None:
            return None
        name = "".join(names_of(prompt.turn))
        return self._facts.line_for(answer, language, name=name, is_repeat=is_repeat)

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return {**snapshot_books(self._books), **self._serious.snapshot(), **self._facts.snapshot()}

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        restore_books(self._books, saved)
        self._serious.restore(saved)
        self._facts.restore(saved)


def _expects_answer(topic: SeriousTopic, text: str) -> bool:
    """Return whether a serious comment is the viewer's own, or about this live."""
    words = normalised(text)
    if topic is SeriousTopic.UNSURE or is_talk_of_others(text, frozenset()):
        return False
    if topic in ALWAYS_READY or not names_its_person(words):
        return True
    if topic is SeriousTopic.COMPLAINT:
        return is_about_live(words) or is_told(words)
    return is_of_oneself(words)


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
