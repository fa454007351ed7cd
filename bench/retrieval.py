"""Measures retrieval and refusals on question sets, beside PostgreSQL's ts_rank and plain BM25 (rank-bm25).

The sets are files of SQuAD's shape: `squad_it_test.json`, `xquad_de.json`, `xquad_en.json`.
"""

import json
import re
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django_scopes import scope
from rank_bm25 import BM25Okapi

from bench.environment import temporary_tenant
from bench.report import Target, reported
from knowledge.models import Chunk, Source
from knowledge.search import search
from knowledge.services.reading import CONFIGURATIONS, lexemes_of
from knowledge.services.sources import bump_version
from tenants.models import Tenant

DATA = "../shared/data/retrieval"
SETS = {"squad_it_test.json": "it", "xquad_de.json": "de", "xquad_en.json": "en"}
LARGE = 20_000
LARGE_QUESTIONS = 300
BATCH = 1_000
_WORD = re.compile(r"\w+")
TARGETS = (
    Target("squad_it_test.recall_at_5", at_least=0.90),
    Target("xquad_de.recall_at_5", at_least=0.97),
    Target("query_p95_ms_at_20000", at_most=60.0, scaled=True),
)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Paragraphs with their articles, and questions with the number of the paragraph that answers each."""

    name: str
    language: str
    paragraphs: list[str]
    articles: list[int]
    questions: list[tuple[str, int]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, default=settings.BASE_DIR / DATA)
    parser.add_argument("--most", type=int, default=0, help="questions of each set; 0: all")
    options = parser.parse_args(arguments)
    sets = [
        read_set(options.data / name, language)
        for name, language in SETS.items()
        if (options.data / name).exists()
    ]
    if not sets:
        print(f"Skipped: no question set lies in {options.data}. Name a folder with DATA=folder.")
        return
    with reported(TARGETS) as figures:
        for each in sets:
            figures[each.name] = measure(each, options.most)
        figures |= measure_large(sets[0])
        for name, value in figures.items():
            for part, figure in value.items() if isinstance(value, dict) else [("", value)]:
                print(f"{name:<24}{part:<28}{figure}")


def read_set(path: Path, language: str) -> QuestionSet:
    """Return the questions of a file."""
    paragraphs: list[str] = []
    articles: list[int] = []
    questions: list[tuple[str, int]] = []
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for paragraph in article["paragraphs"]:
            questions += [(qa["question"], len(paragraphs)) for qa in paragraph["qas"]]
            paragraphs.append(paragraph["context"])
            articles.append(number)
    return QuestionSet(path.stem, language, paragraphs, articles, questions)


def measure(each: QuestionSet, most: int) -> dict[str, Any]:
    """Return a set's recall by ours, ts_rank and BM25, and how well unsupported questions are refused."""
    questions = each.questions[:most] if most else each.questions
    figures: dict[str, Any] = {}
    with temporary_tenant() as tenant, scope(tenant=tenant):
        numbers = store(tenant, each.paragraphs, each.language)
        ours = ranker(tenant, numbers)
        figures |= recalls("", ours, questions)
        figures |= recalls("ts_rank_", ts_rank(tenant, each.language, numbers), questions)
        figures |= recalls("rank_bm25_", plain_bm25(each.paragraphs), questions)
    kept = [number for number, article in enumerate(each.articles) if article % 2 == 0]
    with temporary_tenant() as tenant, scope(tenant=tenant):
        store(tenant, [each.paragraphs[number] for number in kept], each.language)
        figures |= refusals(each, tenant, questions)
    return figures


def store(tenant: Tenant, paragraphs: Sequence[str], language: str) -> dict[int, int]:
    """Store paragraphs as chunks; return the paragraph's number by the chunk's id."""
    source = Source.objects.create(
        tenant=tenant, kind="text", name="bench", status="completed", sha256=f"{len(paragraphs):064d}"
    )
    rows = [
        Chunk(
            tenant=tenant,
            source=source,
            ordinal=number,
            text=text,
            language=language,
            content_hash=f"{number:064d}",
            lexemes=lexemes_of(text, language),
        )
        for number, text in enumerate(paragraphs)
    ]
    made = Chunk.objects.bulk_create(rows, batch_size=BATCH)
    bump_version(tenant.id)
    return {row.id: row.ordinal for row in made}


Ranker = Callable[[str], list[int]]


def ranker(tenant: Tenant, numbers: dict[int, int]) -> Ranker:
    return lambda question: [numbers[found.hit.id] for found in search(tenant.id, question, limit=5)]


def ts_rank(tenant: Tenant, language: str, numbers: dict[int, int]) -> Ranker:
    """Return PostgreSQL's own ranking of the OR of a question's lexemes."""

    def ranked(question: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH q AS (SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query"
                " FROM unnest(to_tsvector(%s::regconfig, %s)))"
                " SELECT id FROM knowledge_chunk, q WHERE tenant_id = %s AND lexemes @@ query"
                " ORDER BY ts_rank(lexemes, query) DESC LIMIT 5",
                [CONFIGURATIONS[language], question, tenant.id],
            )
            return [numbers[number] for (number,) in cursor.fetchall()]

    return ranked


def plain_bm25(paragraphs: Sequence[str]) -> Ranker:
    model = BM25Okapi([_WORD.findall(text.lower()) for text in paragraphs])

    def ranked(question: str) -> list[int]:
        scores = model.get_scores(_WORD.findall(question.lower()))
        return [int(number) for number in np.argsort(-scores)[:5]]

    return ranked


def recalls(name: str, rank: Ranker, questions: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return how often the right paragraph is first, and among the first five."""
    first = five = 0
    for question, right in questions:
        found = rank(question)
        first += found[:1] == [right]
        five += right in found
    return {
        f"{name}recall_at_1": round(first / len(questions), 4),
        f"{name}recall_at_5": round(five / len(questions), 4),
    }


def refusals(each: QuestionSet, tenant: Tenant, questions: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return which share of unsupported questions is refused where 95 % of the supported ones are kept."""
    supported: list[float] = []
    unsupported: list[float] = []
    for question, right in questions:
        found = search(tenant.id, question, limit=1)
        support = found[0].hit.support if found else 0.0
        (supported if each.articles[right] % 2 == 0 else unsupported).append(support)
    threshold = float(np.quantile(supported, 0.05))
    refused = sum(value < threshold for value in unsupported) / max(len(unsupported), 1)
    return {
        "refused_at_95_kept": round(refused, 4),
        "threshold": round(threshold, 3),
    }


def measure_large(each: QuestionSet) -> dict[str, Any]:
    """Return the time of a query among 20,000 chunks."""
    sentences = [part for text in each.paragraphs for part in re.split(r"(?<=[.!?])\s+", text) if part]
    paragraphs = [
        " ".join(sentences[(number * 7 + step * 131) % len(sentences)] for step in range(4))
        for number in range(LARGE)
    ]
    times_ms = []
    with temporary_tenant() as tenant, scope(tenant=tenant):
        store(tenant, paragraphs, each.language)
        began_s = time.perf_counter()
        search(tenant.id, "prima")
        build_s = time.perf_counter() - began_s
        for question, _right in each.questions[:LARGE_QUESTIONS]:
            began_s = time.perf_counter()
            search(tenant.id, question)
            times_ms.append((time.perf_counter() - began_s) * 1000)
    times_ms.sort()
    return {
        "query_p50_ms_at_20000": round(statistics.median(times_ms), 1),
        "query_p95_ms_at_20000": round(times_ms[int(len(times_ms) * 0.95)], 1),
        "index_build_s_at_20000": round(build_s, 1),
    }


if __name__ == "__main__":
    main()
