"""Reads CSV and JSON."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.parsing.characters import visible
from knowledge.parsing.document import (
    MAX_BLOCKS,
    Block,
    BlockKind,
    FailureReason,
    Format,
    ParsedDocument,
    ParseFailed,
)
from knowledge.parsing.file_type import DELIMITERS

MAX_JSON_DEPTH = 30
_MAX_CELL = 100_000


def row_text(header: Sequence[str], cells: Sequence[str]) -> str:
    """Return a table's row as a line in which each value stands beside its column's name."""
    names = [*header, *[""] * (len(cells) - len(header))]
    pairs = [f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell]
    return " · ".join(pair.replace("\n", " ") for pair in pairs)


def read_csv(text: str) -> ParsedDocument:
    """Return each row of a CSV text, with the column names of its first one. Excel's `;` works too."""
    csv.field_size_limit(_MAX_CELL)
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    delimiter = _delimiter_of(lines[:20])
    try:
        rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
        header = [visible(cell) for cell in next(rows, [])]
        blocks = list(_rows_of(header, rows))
    except csv.Error:
        raise ParseFailed(FailureReason.BROKEN) from None
    if not blocks:
        blocks = [Block(text, BlockKind.ROW, row=1) for text in [row_text([], header)] if text]
    return ParsedDocument(Format.CSV, tuple(blocks))


def _rows_of(header: list[str], rows: Iterator[list[str]]) -> Iterator[Block]:
    for number, cells in enumerate(rows, start=2):
        if number > MAX_BLOCKS + 1:
            raise ParseFailed(FailureReason.TOO_MANY_ROWS)
        if text := row_text(header, [visible(cell) for cell in cells]):
            yield Block(text, BlockKind.ROW, row=number, stands_alone=True)


def _delimiter_of(lines: Sequence[str]) -> str:
    """Return the delimiter that gives the most lines the same number of cells; a comma when none does."""

    def fitness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (count if width > 1 else 0, width)

    return max(DELIMITERS, key=fitness)


def read_json(text: str) -> ParsedDocument:
    """Return the objects and texts of a JSON text, each with its path."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ParseFailed(FailureReason.BROKEN) from None
    blocks: list[Block] = []
    _collect(value, "$", blocks, 0)
    return ParsedDocument(Format.JSON, tuple(blocks))


def _collect(value: Any, path: str, blocks: list[Block], depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise ParseFailed(FailureReason.BOMB)
    if len(blocks) >= MAX_BLOCKS:
        raise ParseFailed(FailureReason.TOO_MANY_ROWS)
    if isinstance(value, dict):
        plain = {name: each for name, each in value.items() if not isinstance(each, dict | list)}
        if text := row_text(
            [visible(str(name)) for name in plain], [_shown(each) for each in plain.values()]
        ):
            blocks.append(Block(text, BlockKind.ROW, path=path, stands_alone=True))
        for name, each in value.items():
            if isinstance(each, dict | list):
                _collect(each, f"{path}.{name}"[:300], blocks, depth + 1)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _collect(each, f"{path}[{number}]"[:300], blocks, depth + 1)
    elif text := _shown(value):
        blocks.append(Block(text, path=path))


def _shown(value: object) -> str:
    return "" if value is None else visible(str(value))


def read_question(text: str) -> ParsedDocument:
    """Return a question with its answer, from JSON with these two names, as one block."""
    pair = json.loads(text)
    question, answer = visible(str(pair["question"])), visible(str(pair["answer"]))
    block = Block(answer, path="answer", stands_alone=True)
    heading = Block(question, BlockKind.HEADING, level=1, path="question")
    return ParsedDocument(Format.QA, (heading, block), title=question)
