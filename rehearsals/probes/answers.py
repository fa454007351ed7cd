"""Tries what would be voiced of an answer that a language model wrote."""

import asyncio
from collections.abc import Mapping
from typing import Any

from moderation.stage.moderator import Moderator
from moderation.stage.spoken_review import SpokenReview
from planner.stage.model_text.answer_review import review_answer
from planner.stage.prompt import Prompt
from planner.stage.serious.topics import serious_topic
from planner.stage.turn import Character, Exchange, ShowFacts, Turn, TurnKind
from rehearsals.probes.rows import ProbeInputError, text_of

Row = Mapping[str, Any]


class AnswerProbe:
    """Says what would be voiced of a model's answer: `{"voiced", "reason"}`.

    A row may have the `persona` (its name, or an object with `name` and `prompt`), the `facts` of the show,
    the `chat` that was answered, `earlier` (what the host said before), and `piece`: the size of the pieces
    in which the answer arrives. The answer is in `text`.
    """

    def __init__(self, language: str, gate: Moderator) -> None:
        self._language = language or "en"
        self._gate = gate

    def run(self, row: Row) -> Row:
        turn = Turn(TurnKind.COMMENT, "", self._language, text=text_of(row, "chat", default=""))
        earlier = [line for line in text_of(row, "earlier", default="").splitlines() if line.strip()]
        prompt = Prompt(
            self._character_of(row),
            turn,
            history=tuple(Exchange(Turn(TurnKind.COMMENT, "", self._language), reply) for reply in earlier),
            show=ShowFacts(facts=text_of(row, "facts", default="")),
            is_serious=serious_topic(turn.text) is not None,
        )
        piece = row.get("piece", 0)
        if not isinstance(piece, int) or piece < 0:
            raise ProbeInputError('"piece" must be a number of characters.')
        answer = asyncio.run(review_answer(text_of(row), prompt, piece_characters=piece))
        review = SpokenReview(self._gate)
        for reply in earlier:
            review.note(reply)
        voiced, reason = [], answer.reason
        for sentence in answer.sentences:
            verdict = review.review(sentence)
            if verdict.blocked:
                reason = f"policy:{verdict.reasons[0].category.value}"
                break
            review.note(sentence)
            voiced.append(sentence)
        return {"voiced": " ".join(voiced), "reason": reason}

    def _character_of(self, row: Row) -> Character:
        persona = row.get("persona", "")
        fields = persona if isinstance(persona, dict) else {"name": persona}
        name = text_of(fields, "name", default="")
        return Character(name, text_of(fields, "prompt", default=""), self._language)
