"""Has a language model sum up a talk: a prompt goes in, a short text fit to be kept comes out, or nothing."""

import asyncio
import logging
from contextlib import aclosing

from planner.errors import PlannerError
from planner.stage.memory import SUMMARY_CHARACTERS
from planner.stage.output_gate import OutputGate
from planner.stage.ports import LanguageModel, Prompt
from planner.stage.sentences import split_sentences
from planner.stage.turn import TokenUsage

logger = logging.getLogger(__name__)

DEADLINE_S = 8.0


async def sum_up(model: LanguageModel, prompt: Prompt, gate: OutputGate) -> str:
    """Return the summary; an empty string when there is none in time, or when any of it must not be kept.

    What it costs is counted by the model, as that of a reply is.
    """
    try:
        async with asyncio.timeout(DEADLINE_S):
            written = await _written(model, prompt)
    except (PlannerError, TimeoutError):
        logger.info("no summary from the language model, rules sum up")
        return ""
    return _fit(written, gate)


async def _written(model: LanguageModel, prompt: Prompt) -> str:
    written = ""
    async with aclosing(model.write(prompt, TokenUsage())) as pieces:
        async for piece in pieces:
            written += piece
            if len(written) > 2 * SUMMARY_CHARACTERS:
                break
    return written


def _fit(written: str, gate: OutputGate) -> str:
    """Return as many whole sentences as there is room for, each as the gate would let it be said."""
    kept = ""
    for sentence in split_sentences(written):
        judgement = gate.review(sentence)
        if judgement.refusal is not None:
            # Somebody may have talked the model into it: none of it can be relied upon.
            return ""
        longer = f"{kept} {judgement.text}".strip()
        if len(longer) > SUMMARY_CHARACTERS:
            break
        kept = longer
    return kept
