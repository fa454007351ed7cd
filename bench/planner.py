"""Measures what a host thinks through without a model: repetitions, scores of chat lines, its own replies."""

import asyncio
import random
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import aclosing
from itertools import count
from typing import Any

from bench.report import Target, reported
from planner.stage.choice.scoring import Candidate, ScoringLimits, score
from planner.stage.lines import fill, load_lines
from planner.stage.planner import Planner
from planner.stage.repetition import SaidLines
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind

TARGETS = (
    Target("repetition_ms", at_most=1.0, scaled=True),
    Target("scoring_ms", at_most=2.0, scaled=True),
    Target("offline_reply.p95_ms", at_most=5.0, scaled=True),
)
LINES = 200
ROUNDS = 20
REPLIES = 500
ALPHABET = "abcdefghilmnopqrstuvz àèìòù ?!.,'\"\n\t{}<>%😂🔥é中م\u202e\u0000"


def main(arguments: Sequence[str] | None = None) -> None:
    ArgumentParser(prog="python -m bench.planner", description=__doc__).parse_args(arguments)
    with reported(TARGETS) as figures:
        figures |= measure()


def measure() -> dict[str, Any]:
    return {
        "lines": LINES,
        "repetition_ms": _best_ms(_repetition()),
        "scoring_ms": _best_ms(_scoring()),
        "offline_reply": asyncio.run(_offline_replies()),
    }


def _best_ms(work: Callable[[], object]) -> float:
    """Return the time of the best round: the others were disturbed."""
    return round(1000 * min(_time_s(work) for _ in range(ROUNDS)), 3)


def _time_s(work: Callable[[], object]) -> float:
    began_s = time.thread_time()
    work()
    return time.thread_time() - began_s


def _repetition() -> Callable[[], object]:
    """Search as many said lines as are remembered for one that is like a new line."""
    lines = SaidLines(capacity=LINES)
    topics = load_lines("planner.stage.rule_based", "lines_it.toml").values()
    for line in [line for topic in topics for line in topic][:LINES]:
        lines.add(fill(line, name="Anna", host="Viva"), "Anna")
    new = "Ma che bella domanda, Anna, ci penso da stamattina e non so che cosa rispondere!"
    return lambda: lines.is_repeat(new, "Anna")


def _scoring() -> Callable[[], object]:
    """Score the chat lines that wait, which have been read once, as a rule while others were waiting."""
    limits = ScoringLimits("Nora Rossi", answers_per_viewer=4)
    texts = [f"ciao Nora, quanti anni ha il numero {number}?" for number in range(LINES)]
    waiting = [Candidate(Turn(TurnKind.COMMENT, "Anna", "it", text=text)) for text in texts]

    def score_all() -> None:
        for candidate in waiting:
            score(candidate, limits)

    score_all()
    return score_all


async def _offline_replies() -> dict[str, float]:
    """Answer random lines without a language model."""
    source = random.Random(11)  # noqa: S311 - a fixed sample, no secret
    hours = count(step=3600.0)
    planner = Planner(None, Character("Viva", "", "it"), seed=2, now_s=lambda: next(hours))
    times_ms = []
    for _ in range(REPLIES):
        text = "".join(source.choices(ALPHABET, k=source.randrange(80)))
        turn = Turn(TurnKind.COMMENT, text[:40], "it", text=text)
        began_s = time.thread_time()
        async with aclosing(planner.plan(turn, TokenUsage())) as sentences:
            _ = [sentence async for sentence in sentences]
        times_ms.append(1000 * (time.thread_time() - began_s))
    return {
        "p50_ms": round(statistics.median(times_ms), 3),
        "p95_ms": round(statistics.quantiles(times_ms, n=20)[-1], 3),
    }


if __name__ == "__main__":
    main()
