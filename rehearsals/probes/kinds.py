"""The kinds of probes and the shapes of their output, as `docs/host-quality.md` documents them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from moderation.stage.verdict import Verdict
from planner.defaults import PERSONAS
from planner.stage.language_detection import detect_language, primary_language
from planner.stage.names import sayable_name
from planner.stage.planner import Planner
from planner.stage.sentences import split_sentences
from planner.stage.turn import Character, ShowFacts, Turn, TurnKind
from rehearsals.probes.answers import AnswerProbe
from rehearsals.probes.gates import gate_for
from rehearsals.probes.rows import Probe, text_of
from rehearsals.studio.answer import AnswerResult
from rehearsals.studio.line_runner import LineRunner, ViewerLine
from speech.stage.text_normalization.normalizer import TextNormalizer
from texts.folding import unescape_entities

Row = Mapping[str, Any]

DEFAULT_TIME_ZONE = "Europe/Rome"


class NormalizeProbe:
    """Says how a text is spoken: `{"spoken"}`."""

    def __init__(self, language: str) -> None:
        self._normalizer = TextNormalizer(language or "en")

    def run(self, row: Row) -> Row:
        return {"spoken": self._normalizer.normalize(text_of(row))}


class SentencesProbe:
    """Says where sentences end: `{"sentences"}`."""

    def __init__(self, language: str) -> None:
        self._language = primary_language(language)

    def run(self, row: Row) -> Row:
        return {"sentences": split_sentences(text_of(row), self._language)}


class ModerateProbe:
    """Judges a text as a live with the default rules: `{"verdict", "action", "blocked", "reasons"}`."""

    def __init__(self, language: str) -> None:
        self._gate = gate_for(language)

    def run(self, row: Row) -> Row:
        verdict = self._gate.review(text_of(row))
        return {
            "verdict": verdict.risk.value,
            "action": verdict.action.value,
            "blocked": verdict.blocked,
            "reasons": _reasons(verdict),
        }


class NameProbe:
    """Says how a viewer's name is spoken and shown, and its verdict: `{"spoken", "shown", "verdict"}`."""

    def __init__(self, language: str) -> None:
        self._gate = gate_for(language)

    def run(self, row: Row) -> Row:
        name = unescape_entities(text_of(row))
        verdict = max((self._gate.review(text) for text in (name, sayable_name(name))), key=_is_blocked)
        shown = "" if verdict.blocked else name
        return {"spoken": sayable_name(shown), "shown": shown, "verdict": verdict.risk.value}


class LanguageProbe:
    """Names the language of a line: `{"language", "confidence"}`; `unknown` where there is none."""

    def __init__(self, language: str) -> None:
        self._likely = primary_language(language)

    def run(self, row: Row) -> Row:
        found = detect_language(text_of(row), likely=self._likely)
        return {"language": found.code, "confidence": found.confidence}


class ReplyProbe:
    """Answers a line as the host does without a language model: `{"reply", "intent", "confidence"}`.

    An empty reply is silence. A row may have the `viewer`'s name, the `persona`'s, and the show's `facts`.
    Each row is the first line of a live of its own.
    """

    def __init__(self, language: str) -> None:
        self._language = language or "en"
        self._gate = gate_for(self._language)
        self._count = 0

    def run(self, row: Row) -> Row:
        text, viewer = text_of(row), text_of(row, "viewer", default="")
        default = PERSONAS.get(primary_language(self._language), PERSONAS["en"]).name
        host = text_of(row, "persona", default=default)
        show = ShowFacts(facts=text_of(row, "facts", default=""), time_zone=DEFAULT_TIME_ZONE)
        planner = Planner(None, Character(host, "", self._language), show=show, seed=self._count)
        self._count += 1
        runner = LineRunner(gate=self._gate, words=planner, voice=None, language=self._language)
        asyncio.run(runner.run(ViewerLine(viewer, text)))
        understood = planner.understand(Turn(TurnKind.COMMENT, viewer, self._language, text=text))
        result = runner.answer.result
        is_understood = result in (AnswerResult.ANSWERED, AnswerResult.SILENT)
        return {
            "reply": " ".join(runner.answer.sentences),
            "intent": understood.intent if is_understood else result.value,
            "confidence": understood.confidence if is_understood else 1.0,
        }


def _is_blocked(verdict: Verdict) -> bool:
    return verdict.blocked


def answer_probe(language: str) -> AnswerProbe:
    """Return the probe of what a model wrote, with the gate of a new show."""
    return AnswerProbe(language, gate_for(language))


def _reasons(verdict: Verdict) -> list[Row]:
    return [
        {"category": reason.category.value, "term": reason.term, "start": reason.start, "end": reason.end}
        for reason in verdict.reasons
    ]


KINDS: Mapping[str, Callable[[str], Probe]] = {
    "normalize": NormalizeProbe,
    "sentences": SentencesProbe,
    "clean": answer_probe,
    "gate": answer_probe,
    "moderate": ModerateProbe,
    "name": NameProbe,
    "language": LanguageProbe,
    "reply": ReplyProbe,
}
