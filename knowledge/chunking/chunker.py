"""Divides a document into chunks by its structure: headings, then paragraphs, then sentences."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.chunking.languages import language_of
from knowledge.parsing.document import Block, BlockKind, ParsedDocument
from texts.sentence_ends import End, full_stop_ends

# A change of the rules below changes every hash, so that documents are divided anew when they are next read.
VERSION = 1
MIN_WORDS, MAX_WORDS = 120, 220
MAX_CHARACTERS = 4_000
_TERMINAL = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|\n")
_HEADING_SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class ChunkPiece:
    """A chunk before it is stored.

    - `text` is `content[start:end]` of the document's whole text, so that a quote is found where it stands.
    - `heading`: the headings above it; searched, never quoted.
    - `page`, `row` count from 1, 0 for none; `path`: within JSON.
    """

    text: str
    heading: str
    start: int
    end: int
    page: int
    row: int
    path: str
    language: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A sentence, or a row: what is never divided further. `ends_block`: a paragraph ends with it."""

    start: int
    end: int
    words: int
    block: Block
    ends_block: bool


def content_of(document: ParsedDocument) -> str:
    """Return a document's whole text: its blocks, one below the other."""
    return "\n".join(block.text for block in document.blocks)


def divide(document: ParsedDocument) -> list[ChunkPiece]:
    """Return a document's chunks in their order."""
    content = content_of(document)
    usual = language_of(content[:20_000])
    return [
        _piece(content, heading, group, usual)
        for heading, spans in _sections(document.blocks, content)
        for group in _groups(spans)
    ]


def _sections(blocks: Sequence[Block], content: str) -> Iterator[tuple[str, list[_Span]]]:
    """Yield each heading path with the sentences below it. A heading with nothing below it is text itself."""
    headings: dict[int, Block] = {}
    spans: list[_Span] = []
    position = 0
    waiting: _Span | None = None
    for block in blocks:
        start, position = position, position + len(block.text) + 1
        whole = _Span(start, start + len(block.text), len(block.text.split()), block, ends_block=True)
        if block.kind is not BlockKind.HEADING:
            spans.extend([whole] if block.kind is BlockKind.ROW else _sentences(content, whole))
            waiting = None
            continue
        if waiting is not None and waiting.block.level >= block.level:
            spans.append(waiting)
        if spans:
            yield _path_of(headings), spans
        spans, waiting = [], whole
        headings = {level: each for level, each in headings.items() if level < block.level}
        headings[block.level] = block
    if waiting is not None:
        spans.append(waiting)
    if spans:
        yield _path_of(headings), spans


def _path_of(headings: dict[int, Block]) -> str:
    return _HEADING_SEPARATOR.join(headings[level].text for level in sorted(headings))[:500]


def _sentences(content: str, whole: _Span) -> list[_Span]:
    """Return the sentences of a paragraph; one that is too long is divided between words."""
    spans = []
    start = whole.start
    ends = [found.end() for found in _TERMINAL.finditer(content, whole.start, whole.end)]
    for end in [*(each for each in ends if _is_end(content, each)), whole.end]:
        for first, last in _halves(content, start, end):
            words = len(content[first:last].split())
            if words:
                spans.append(_Span(first, last, words, whole.block, ends_block=last >= whole.end))
        start = end
    return spans


def _is_end(content: str, end: int) -> bool:
    if content[end - 1] != ".":
        return True
    return full_stop_ends(content, end - 1) is not End.NO


def _halves(content: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_CHARACTERS or len(content[start:end].split()) > MAX_WORDS:
        words = list(re.finditer(r"\S+", content[start : min(end, start + MAX_CHARACTERS)]))
        cut = start + (words[min(MAX_WORDS, len(words)) - 1].end() if words else MAX_CHARACTERS)
        if cut >= end:
            break
        yield start, cut
        start = cut
    yield start, end


def _groups(spans: Sequence[_Span]) -> Iterator[list[_Span]]:
    """Yield the sentences of each chunk. A chunk that begins within a paragraph repeats a sentence."""
    group: list[_Span] = []
    words = 0
    for span in spans:
        if group and (
            span.block.stands_alone or group[-1].block.stands_alone or _is_full(group, words, span)
        ):
            yield group
            overlap = [] if group[-1].ends_block or group[-1].words > MAX_WORDS // 4 else [group[-1]]
            group, words = overlap, sum(each.words for each in overlap)
        group.append(span)
        words += span.words
    if group:
        yield group


def _is_full(group: Sequence[_Span], words: int, span: _Span) -> bool:
    if words + span.words > MAX_WORDS or span.end - group[0].start > MAX_CHARACTERS:
        return True
    return words >= MIN_WORDS and group[-1].ends_block


def _piece(content: str, heading: str, group: Sequence[_Span], usual: str) -> ChunkPiece:
    start, end = group[0].start, group[-1].end
    while start < end and content[start].isspace():
        start += 1
    while end > start and content[end - 1].isspace():
        end -= 1
    text, first = content[start:end], group[0].block
    language = language_of(text, usual=usual)
    identity = f"{VERSION}\0{language}\0{heading}\0{text}"
    return ChunkPiece(
        text=text,
        heading=heading,
        start=start,
        end=end,
        page=first.page,
        row=first.row,
        path=first.path,
        language=language,
        content_hash=hashlib.sha256(identity.encode()).hexdigest(),
    )
