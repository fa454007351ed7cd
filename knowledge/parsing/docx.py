"""Reads Word documents."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

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
from knowledge.parsing.tables import row_text

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_RATIO = 100
_FREE_BYTES = 1_000_000  # below that a high ratio is harmless
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"(?:heading|überschrift|titolo)\s*(\d)", re.IGNORECASE)
_MAX_DEPTH = 3


def read_docx(data: bytes) -> ParsedDocument:
    """Return a Word document's headings, paragraphs and table rows. Raise `ParseFailed`."""
    _check_archive(data)
    try:
        document = Document(io.BytesIO(data))
    except MemoryError:
        raise
    except Exception:
        raise ParseFailed(FailureReason.BROKEN) from None
    hidden: list[str] = []
    blocks = []
    for block in _blocks_of(document.iter_inner_content(), hidden, 0):
        blocks.append(block)
        if len(blocks) > MAX_BLOCKS:
            raise ParseFailed(FailureReason.TOO_LARGE)
    title = visible(document.core_properties.title or "")
    return ParsedDocument(Format.DOCX, tuple(blocks), title=title[:200], hidden=tuple(hidden))


def _check_archive(data: bytes) -> None:
    """Refuse an archive that unpacks to far more than it is, before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        size = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or size > MAX_UNPACKED_BYTES:
            raise ParseFailed(FailureReason.BOMB)
        if size > _FREE_BYTES and size > MAX_RATIO * max(len(data), 1):
            raise ParseFailed(FailureReason.BOMB)
        if any(entry.flag_bits & 1 for entry in entries):
            raise ParseFailed(FailureReason.ENCRYPTED)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                _refuse_entities(archive, entry)


def _refuse_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a document type: Word writes none, and entities can grow without end."""
    try:
        with archive.open(entry) as file:
            start = file.read(4_096)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError):
        raise ParseFailed(FailureReason.BROKEN) from None
    if _ENTITY.search(start):
        raise ParseFailed(FailureReason.BOMB)


def _blocks_of(content: Any, hidden: list[str], depth: int) -> Iterator[Block]:
    for item in content:
        if isinstance(item, Paragraph):
            text = _text_of(item, hidden)
            if not text:
                continue
            level = _level_of(item)
            yield Block(text, BlockKind.HEADING, level=level) if level else Block(text)
        elif isinstance(item, Table) and depth < _MAX_DEPTH:
            yield from _rows_of(item, hidden, depth)


def _rows_of(table: Table, hidden: list[str], depth: int) -> Iterator[Block]:
    header: list[str] = []
    for number, row in enumerate(table.rows):
        cells, last = [], None
        for cell in row.cells:
            if cell._tc is not last:  # merged cells are listed once for each column
                parts = (_text_of(paragraph, hidden) for paragraph in cell.paragraphs)
                cells.append(" ".join(filter(None, parts)))
            last = cell._tc
        if number == 0 and len(table.rows) > 1:
            header = cells
            continue
        if text := row_text(header, cells):
            yield Block(text, BlockKind.ROW, stands_alone=True)


def _level_of(paragraph: Paragraph) -> int:
    name = (paragraph.style.name if paragraph.style else "") or ""
    if name.lower() in ("title", "titel", "titolo"):
        return 1
    found = _HEADING_STYLE.search(name)
    return min(max(int(found[1]), 1), 6) if found else 0


def _text_of(paragraph: Paragraph, hidden: list[str]) -> str:
    """Return what a reader sees of a paragraph; put the rest into `hidden`."""
    seen = []
    for part in paragraph.iter_inner_content():
        runs = part.runs if hasattr(part, "runs") else [part]
        for run in runs:
            if _is_hidden(run):
                hidden.append(run.text)
            else:
                seen.append(run.text)
    return visible("".join(seen))


def _is_hidden(run: Any) -> bool:
    font = run.font
    if font.hidden:
        return True
    if font.size is not None and font.size.pt < 2:
        return True
    color = font.color.rgb if font.color is not None else None
    return color is not None and min(color) > 245 and font.highlight_color is None
