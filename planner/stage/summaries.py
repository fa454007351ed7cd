"""Summarizes a conversation with a language model and checks the summary."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing

from planner.stage.memory import SUMMARY_CHARACTERS
from planner.stage.model_text.visible_text import visible_text
from planner.stage.output_gate import OutputGate
from planner.stage.sentences import split_sentences
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import ChatModel, Limits, Message

logger = logging.getLogger(__name__)

DEADLINE_S = 8.0


async def sum_up(model: ChatModel, messages: Sequence[Message], gate: OutputGate, limits: Limits) -> str:
    """Return the summary; an empty string when there is none in time, or when any of it must not be kept.

    Its cost is reported by the model, as that of a reply is.
    """
    try:
        async with asyncio.timeout(DEADLINE_S):
            written = await _written(model, messages, limits)
    except (LanguageModelError, TimeoutError):
        logger.info("no summary from the language model, rules sum up")
        return ""
    return _fit(written, gate)


async def _written(model: ChatModel, messages: Sequence[Message], limits: Limits) -> str:
    written = ""
    async with aclosing(model.stream(messages, limits)) as stream:
        async for delta in stream:
            written += delta.text
            if len(written) > 2 * SUMMARY_CHARACTERS:
                break
    return written


def _fit(written: str, gate: OutputGate) -> str:
    """Return as many whole sentences as there is room for, each as the gate would let it be said."""
    kept = ""
    for sentence in split_sentences(visible_text(written), gate.language):
        judgement = gate.review(sentence)
        if judgement.refusal is not None:
            # Somebody may have talked the model into it: none of it can be relied upon.
            return ""
        longer = f"{kept} {judgement.text}".strip()
        if len(longer) > SUMMARY_CHARACTERS:
            break
        kept = longer
    return kept
