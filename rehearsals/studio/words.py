"""What is told of an answer: why there is none, what the gate found, who spoke, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from moderation.wording import ACTION_WORDS, category_words
from planner.stage.planner import STOCK
from planner.stage.rule_based.model import OFFLINE
from rehearsals.studio.answer import Answer, Result


@dataclass(frozen=True, slots=True)
class Told:
    """`tone` is good, wary or bad; `verdict` and `found` are what the gate says of the viewer's line."""

    tone: str
    headline: str
    verdict: str
    found: str
    speaker: str
    is_offline: bool
    note: str


def explain(answer: Answer) -> Told:
    return Told(
        tone=_tone(answer),
        headline=_headline(answer),
        verdict=str(ACTION_WORDS.get(answer.action, "")),
        found=_found(answer.categories),
        speaker=_speaker(answer),
        is_offline=answer.usage.model in (OFFLINE, STOCK),
        note=_note(answer),
    )


def _tone(answer: Answer) -> str:
    if answer.result in (Result.ANSWERED, Result.HELPED):
        return "wary" if answer.fault or answer.refused_for else "good"
    return "wary" if answer.result in (Result.SILENT, Result.COMMAND) else "bad"


def _headline(answer: Answer) -> str:
    return {
        Result.ANSWERED: _("Answered"),
        Result.HELPED: _("Answered with the help line"),
        Result.BLOCKED: _("Not answered: the viewer's line is blocked"),
        Result.REFUSED: _("Not said: the answer did not pass the gate"),
        Result.COMMAND: _("A command: in a live the games see to it, and the host's character has no part"),
        Result.SILENT: _("The host would say nothing to this"),
        Result.FAILED: _("No answer: the language model failed"),
        Result.LATE: _("No answer: it took too long"),
    }[answer.result]


def _found(categories: list[str]) -> str:
    return ", ".join(category_words(category) for category in categories)


def _note(answer: Answer) -> str:
    if answer.refused_for:
        found = _found(answer.refused_for)
        return _("The gate held back a sentence of the host's: %(found)s.") % {"found": found}
    if answer.fault == "speech":
        return _("The voice cannot be reached right now. In a live nothing would be heard.")
    if answer.name_hidden:
        return _("The viewer's name does not pass the gate, so the host does not say it.")
    return ""


def _speaker(answer: Answer) -> str:
    if answer.result is Result.HELPED:
        return _("a fixed line")
    return {OFFLINE: _("the offline host"), STOCK: _("a ready line"), "": "–"}.get(
        answer.usage.model, answer.usage.model
    )
