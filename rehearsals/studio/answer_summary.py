"""Describes a studio answer in the reader's language: its result, moderation's findings, the speaker."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from moderation.labels import ACTION_LABELS, category_label
from planner.stage.turn import DOCUMENTS, OFFLINE, STOCK, UNHEARD
from rehearsals.studio.answer import AnswerResult, StudioAnswer


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """The texts beside an answer.

    - `tone`: `good`, `wary` or `bad`.
    - `verdict`, `found`: what moderation decided about the viewer's line, and what it found there.
    - `speaker`: the name of the model, or of what replaced it.
    - `note`: what the user should know besides, or empty.
    """

    tone: str
    headline: str
    verdict: str
    found: str
    speaker: str
    is_offline: bool
    note: str


def summarize_answer(answer: StudioAnswer) -> AnswerSummary:
    """Return the texts that describe an answer."""
    return AnswerSummary(
        tone=_tone(answer),
        headline=_headline(answer),
        verdict=str(ACTION_LABELS.get(answer.action, "")),
        found=_found(answer.categories),
        speaker=_speaker(answer),
        is_offline=answer.usage.model in (OFFLINE, STOCK, UNHEARD),
        note=_note(answer),
    )


def _tone(answer: StudioAnswer) -> str:
    if answer.result in (AnswerResult.ANSWERED, AnswerResult.HELPED):
        return "wary" if answer.fault or answer.refused_for else "good"
    return "wary" if answer.result in (AnswerResult.SILENT, AnswerResult.COMMAND) else "bad"


def _headline(answer: StudioAnswer) -> str:
    return {
        AnswerResult.ANSWERED: _("Answered"),
        AnswerResult.HELPED: _("Answered with the help sentence"),
        AnswerResult.BLOCKED: _("Not answered: your rules block the viewer's message"),
        AnswerResult.REFUSED: _("Not said: your rules block the answer"),
        AnswerResult.COMMAND: _("A chat command. In a live the games answer it, not the persona"),
        AnswerResult.SILENT: _("The host has nothing to say to this"),
        AnswerResult.FAILED: _("No answer: the language model failed"),
        AnswerResult.LATE: _("No answer: the time limit was reached"),
    }[answer.result]


def _found(categories: list[str]) -> str:
    return ", ".join(category_label(category) for category in categories)


def _note(answer: StudioAnswer) -> str:
    if answer.refused_for:
        found = _found(answer.refused_for)
        return _("Your rules block a sentence of the host: %(found)s.") % {"found": found}
    if answer.fault == "speech":
        return _("The voice does not answer right now. In a live nothing would be heard.")
    if answer.name_hidden:
        return _("Your rules block the viewer's name, so the host does not say it.")
    return ""


def _speaker(answer: StudioAnswer) -> str:
    if answer.result is AnswerResult.HELPED:
        return _("a fixed line")
    speakers = {
        OFFLINE: _("the offline host"),
        UNHEARD: _("the offline host, as the language model repeats itself"),
        STOCK: _("a prepared line"),
        DOCUMENTS: _("your sources"),
        "": "–",
    }
    return speakers.get(answer.usage.model, answer.usage.model)
