"""Reviews what a language model wrote as an answer, as a live does before it is voiced."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from planner.stage.draft import MAX_CHARACTERS, Draft
from planner.stage.language_detection import primary_language
from planner.stage.lines import never
from planner.stage.model_text.sentence_stream import MAX_WRITTEN_CHARACTERS, SentenceStream
from planner.stage.output_gate import OutputGate
from planner.stage.prompt import Prompt, sayable_text, system_text
from planner.stage.turn import ReplyLanguage, TokenUsage
from providers.language_models.ports import ChatStream, TextDelta

_NOTHING_LEFT = "empty"


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """The sentences that would be voiced, and why the first of the others would not; empty for none."""

    sentences: tuple[str, ...]
    reason: str


def gate_of(prompt: Prompt, secret: str) -> OutputGate:
    """Return the gate for the sentences of an answer to a prompt. `secret` is the system text."""
    turn, character = prompt.turn, prompt.character
    is_free = prompt.sums_up or character.reply_language is ReplyLanguage.VIEWER
    return OutputGate(
        secret=secret,
        sayable=sayable_text(prompt),
        heard=turn.text,
        language="" if is_free else primary_language(turn.language or character.language),
        max_characters=MAX_CHARACTERS,
        host_name=character.name,
        is_serious=prompt.is_serious,
        chat="\n".join(exchange.turn.text for exchange in prompt.history if exchange.turn.text),
        said_before=prompt.history[-1].reply if prompt.history else "",
        handle=prompt.show.handle,
    )


async def review_answer(written: str, prompt: Prompt, *, piece_characters: int = 0) -> ReviewedAnswer:
    """Return what would be voiced of an answer that arrives in pieces; 0: as one piece."""
    draft = Draft(gate_of(prompt, system_text(prompt)), never)
    stream = ChatStream(_pieces(written, piece_characters or max(len(written), 1)), tuple)
    language = prompt.character.language
    answer = SentenceStream(stream, TokenUsage(), language=language, on_restart=draft.restart)
    async with aclosing(stream), aclosing(answer.sentences()) as sentences:
        async for sentence in sentences:
            draft.take(sentence[:MAX_WRITTEN_CHARACTERS])
            if draft.closed:
                break
    reason = draft.refused.value if draft.refused else "" if draft.said else _NOTHING_LEFT
    return ReviewedAnswer(tuple(draft.said), reason)


async def _pieces(written: str, size: int) -> AsyncGenerator[TextDelta, None]:
    for start in range(0, len(written), size):
        yield TextDelta(written[start : start + size], "")
