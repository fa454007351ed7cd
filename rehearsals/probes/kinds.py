"""The kinds of probes and the shapes of their output, as `docs/host-quality.md` documents them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from moderation.defaults import LANGUAGES as MODERATED_LANGUAGES
from moderation.defaults import default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Verdict
from planner.defaults import PERSONAS
from planner.stage.language_detection import detect_language, primary_language
from planner.stage.model_text.answer_review import review_answer
from planner.stage.names import sayable_name
from planner.stage.planner import Planner
from planner.stage.prompt import Prompt
from planner.stage.sentences import split_sentences
from planner.stage.serious.topics import serious_topic
from planner.stage.turn import Character, ShowFacts, Turn, TurnKind
from rehearsals.probes.rows import Probe, ProbeInputError, text_of
from rehearsals.studio.answer import AnswerResult
from rehearsals.studio.line_runner import LineRunner, ViewerLine
from speech.stage.text_normalization.normalizer import TextNormalizer

Row = Mapping[str, Any]


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


class CleanProbe:
    """Says what would be voiced of a model's answer: `{"voiced", "reason"}`.

    A row may have the `persona` (its name, or an object with `name` and `prompt`), the `facts` of the show,
    the `chat` that was answered, and `piece`: the size of the pieces in which the answer arrives.
    """

    def __init__(self, language: str) -> None:
        self._language = language or "en"
        self._gate = gate_for(self._language)

    def run(self, row: Row) -> Row:
        turn = Turn(TurnKind.COMMENT, "", self._language, text=text_of(row, "chat", default=""))
        prompt = Prompt(
            self._character_of(row),
            turn,
            show=ShowFacts(facts=text_of(row, "facts", default="")),
            is_serious=serious_topic(turn.text) is not None,
        )
        piece = row.get("piece", 0)
        if not isinstance(piece, int) or piece < 0:
            raise ProbeInputError('"piece" must be a number of characters.')
        answer = asyncio.run(review_answer(text_of(row), prompt, piece_characters=piece))
        voiced, reason = [], answer.reason
        for sentence in answer.sentences:
            verdict = self._gate.review(sentence)
            if verdict.blocked:
                reason = f"policy:{verdict.reasons[0].category.value}"
                break
            voiced.append(sentence)
        return {"voiced": " ".join(voiced), "reason": reason}

    def _character_of(self, row: Row) -> Character:
        persona = row.get("persona", "")
        fields = persona if isinstance(persona, dict) else {"name": persona}
        name = text_of(fields, "name", default="")
        return Character(name, text_of(fields, "prompt", default=""), self._language)


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
        name = text_of(row)
        verdict = self._gate.review(name)
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

    An empty reply is silence. A row may have the `viewer`'s name and the `persona`'s. Each row is the first
    line of a live of its own.
    """

    def __init__(self, language: str) -> None:
        self._language = language or "en"
        self._gate = gate_for(self._language)
        self._count = 0

    def run(self, row: Row) -> Row:
        text, viewer = text_of(row), text_of(row, "viewer", default="")
        default = PERSONAS.get(primary_language(self._language), PERSONAS["en"]).name
        host = text_of(row, "persona", default=default)
        planner = Planner(None, Character(host, "", self._language), seed=self._count)
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


def gate_for(language: str) -> Moderator:
    """Return the gate of a new show: the shipped lists, and the default list of its language."""
    tongue = primary_language(language)
    listed = default_blocklist(tongue) if tongue in MODERATED_LANGUAGES else []
    return Moderator(listed, shipped=shipped_lexicon(), safe_mode=True)


def _reasons(verdict: Verdict) -> list[Row]:
    return [
        {"category": reason.category.value, "term": reason.term, "start": reason.start, "end": reason.end}
        for reason in verdict.reasons
    ]


KINDS: Mapping[str, Callable[[str], Probe]] = {
    "normalize": NormalizeProbe,
    "sentences": SentencesProbe,
    "clean": CleanProbe,
    "moderate": ModerateProbe,
    "name": NameProbe,
    "language": LanguageProbe,
    "reply": ReplyProbe,
}
