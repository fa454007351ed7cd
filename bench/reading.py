"""Compares how numbers and signs are read with a reference, and measures the time a sentence takes."""

import json
import re
import statistics
import time
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.report import BenchError, Target, reported
from speech.stage.text_normalization.grammar import forget_readings, load_grammars
from speech.stage.text_normalization.normalizer import TextNormalizer, forget_results
from speech.stage.text_normalization.vocabulary import LANGUAGES

SAMPLE = "tests/data/reading"
ROUNDS = 3
# A digit anywhere; a colon or a slash between words.
LEFT_OVER = re.compile(r"\d|\w\s?[:/]\s?\w")


def targets_of(language: str) -> tuple[Target, ...]:
    """Return what the figures of a language must reach."""
    return (
        Target(f"{language}.exact_percent", at_least=70.0),
        Target(f"{language}.accepted_percent", at_least=95.0),
        Target(f"{language}.left_over", at_most=0.0),
        Target(f"{language}.p95_ms", at_most=3.0, scaled=True),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A written form and the readings that the reference accepts."""

    language: str
    kind: str
    written: str
    spoken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Equivalence:
    language: str
    written: re.Pattern[str]
    same: str


@dataclass(frozen=True, slots=True)
class _Reading:
    language: str
    written: re.Pattern[str]
    said: re.Pattern[str]


class Comparison:
    """Compares readings: exactly, and after the equivalences of `reading_equivalences.toml`.

    Exactly means without regard to case, hyphens, spaces, and the English "and", as the reference asks.
    """

    def __init__(self) -> None:
        path = files(__package__).joinpath("reading_equivalences.toml")
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        self._equivalences = [
            _Equivalence(each["language"], re.compile(each["written"]), each["same"])
            for each in read["equivalence"]
        ]
        self._readings = [
            _Reading(each["language"], re.compile(each["written"]), re.compile(each["said"]))
            for each in read["reading"]
        ]

    def is_exact(self, case: Case, said: str) -> bool:
        """Return whether a reading is one of the reference's."""
        return _bare(said, case.language) in {_bare(spoken, case.language) for spoken in case.spoken}

    def is_accepted(self, case: Case, said: str) -> bool:
        """Return whether a reading is one of the reference's, but for style."""
        alike = {self._in_one_style(spoken, case.language) for spoken in case.spoken}
        return self._in_one_style(said, case.language) in alike or any(
            reading.written.fullmatch(case.written) and reading.said.fullmatch(said.casefold())
            for reading in self._readings
            if reading.language == case.language
        )

    def _in_one_style(self, text: str, language: str) -> str:
        text = _folded(text, language)
        for each in self._equivalences:
            if each.language in ("*", language):
                text = each.written.sub(each.same, text)
        return text.replace(" ", "")


def _folded(text: str, language: str) -> str:
    text = " ".join(text.casefold().replace("-", " ").split())
    return re.sub(r"\band ", "", text) if language == "en" else text


def _bare(text: str, language: str) -> str:
    return _folded(text, language).replace(" ", "")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder with .jsonl files, or one file")
    chosen = parser.parse_args(arguments).data
    if chosen is None:
        print(f"No DATA=folder: measuring the small sample in {SAMPLE} only.")
    cases = read_cases(chosen or settings.BASE_DIR / SAMPLE)
    languages = [language for language in LANGUAGES if any(case.language == language for case in cases)]
    with reported([target for language in languages for target in targets_of(language)]) as figures:
        figures |= measure(cases)


def read_cases(path: Path) -> list[Case]:
    """Read `{"lang", "kind", "written", "spoken": [...]}`, one on a line; other languages are left out."""
    found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = [json.loads(row) for file in found for row in file.read_text(encoding="utf-8").splitlines() if row]
    cases = [
        Case(row["lang"], row.get("kind", ""), row["written"], tuple(row["spoken"]))
        for row in rows
        if row.get("lang") in LANGUAGES and row.get("spoken")
    ]
    if not cases:
        raise BenchError(
            f"{path} holds no case in Italian, English or German. Name another folder: DATA=folder"
        )
    return cases


def measure(cases: Iterable[Case]) -> dict[str, Any]:
    """Return the figures of each language, and print what is not accepted."""
    load_grammars(LANGUAGES)
    comparison, by_language = Comparison(), dict[str, list[Case]]()
    for case in cases:
        by_language.setdefault(case.language, []).append(case)
    return {language: _figures(found, comparison) for language, found in by_language.items()}


def _figures(cases: Sequence[Case], comparison: Comparison) -> dict[str, Any]:
    normalizer = TextNormalizer(cases[0].language)
    said = [normalizer.normalize(case.written) for case in cases]
    pairs = list(zip(cases, said, strict=True))
    exact = [comparison.is_exact(case, reading) for case, reading in pairs]
    accepted = [comparison.is_exact(*pair) or comparison.is_accepted(*pair) for pair in pairs]
    for (case, reading), is_accepted in zip(pairs, accepted, strict=True):
        if not is_accepted:
            wanted = case.spoken[0]
            print(f"{case.language} {case.kind}: {case.written!r} is read {reading!r}, not {wanted!r}")
    times_ms = [_time_ms(normalizer, case.written) for case in cases]
    return {
        "cases": len(cases),
        "exact_percent": _percent(exact),
        "accepted_percent": _percent(accepted),
        "left_over": sum(bool(LEFT_OVER.search(reading)) for reading in said),
        "p50_ms": round(statistics.median(times_ms), 3),
        "p95_ms": _p95(times_ms),
        "p95_ms_again": _p95(_times_again_ms(normalizer, cases)),
    }


def _p95(times_ms: Sequence[float]) -> float:
    return round(sorted(times_ms)[int(0.95 * (len(times_ms) - 1) + 0.5)], 3)


def _percent(results: Sequence[bool]) -> float:
    return round(100 * sum(results) / len(results), 1)


def _time_ms(normalizer: TextNormalizer, text: str) -> float:
    """Return the CPU time of a text that no cache knows; the best of some rounds."""
    times_ms = []
    for _ in range(ROUNDS):
        forget_results()
        forget_readings()
        began_s = time.thread_time()
        normalizer.normalize(text)
        times_ms.append((time.thread_time() - began_s) * 1000)
    return min(times_ms)


def _times_again_ms(normalizer: TextNormalizer, cases: Sequence[Case]) -> list[float]:
    """Return the CPU times of texts that were normalized before."""
    times_ms = []
    for case in cases:
        normalizer.normalize(case.written)
        began_s = time.thread_time()
        normalizer.normalize(case.written)
        times_ms.append((time.thread_time() - began_s) * 1000)
    return times_ms


if __name__ == "__main__":
    main()
