"""Reads PDF with PDFium, and ruled tables with pdfplumber."""

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from knowledge.parsing.characters import visible
from knowledge.parsing.document import (
    MAX_BLOCKS,
    MAX_PAGES,
    MAX_TEXT_CHARACTERS,
    Block,
    BlockKind,
    FailureReason,
    Format,
    ParsedDocument,
    ParseFailed,
)
from knowledge.parsing.tables import row_text

MAX_PAGES_WITH_TABLES = 60
SCANNED_CHARACTERS = 20  # a page with fewer has no text
_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_LARGER = 1.15  # than the page's text: a heading
_MAX_HEADING = 150
_RULES = 4  # paths that a page has at least when it may hold a ruled table
_NEARLY_WHITE = 245
_TINY = 2.0  # points
_BULLET = re.compile(r"^(?:[-•*–▪]|\d{1,2}[.)])\s")
_HYPHENS = "\x02\ufffe\u00ad-"


@dataclass(slots=True)
class _Line:
    text: str
    size: float


@dataclass(slots=True)
class _Page:
    """The lines of a page with their font sizes, and what is written on it for no reader."""

    number: int
    lines: list[_Line]
    hidden: list[str] = field(default_factory=list)
    tables: list[Block] = field(default_factory=list)

    @property
    def length(self) -> int:
        return sum(len(line.text) for line in self.lines) + sum(len(block.text) for block in self.tables)


def read_pdf(data: bytes) -> ParsedDocument:
    """Return a PDF's text page by page. Raise `ParseFailed`."""
    pdf = _opened(data)
    count = len(pdf)
    if count > MAX_PAGES:
        raise ParseFailed(FailureReason.TOO_MANY_PAGES)
    with_rules: list[int] = []
    pages = []
    total = 0
    for number in range(1, count + 1):
        page, has_rules = _read_page(pdf, number)
        total += page.length
        if total > MAX_TEXT_CHARACTERS:
            raise ParseFailed(FailureReason.TOO_LARGE)
        pages.append(page)
        if has_rules:
            with_rules.append(number)
    if count and sum(page.length < SCANNED_CHARACTERS for page in pages) > count / 2:
        raise ParseFailed(FailureReason.SCANNED)
    _add_tables(data, pages, with_rules[:MAX_PAGES_WITH_TABLES])
    vocabulary = {word for page in pages for line in page.lines for word in _words(line.text)}
    blocks = [block for page in pages for block in _blocks_of(page, vocabulary)]
    if len(blocks) > MAX_BLOCKS:
        raise ParseFailed(FailureReason.TOO_LARGE)
    title = visible(pdf.get_metadata_dict().get("Title", ""))
    hidden = tuple(text for page in pages for text in page.hidden)
    return ParsedDocument(Format.PDF, tuple(blocks), title=title[:200], pages=count, hidden=hidden)


def _opened(data: bytes) -> Any:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = pdfium_c.FPDF_GetLastError() == _PASSWORD_ERROR or "password" in str(error).lower()
        raise ParseFailed(FailureReason.ENCRYPTED if is_locked else FailureReason.BROKEN) from None


def _read_page(pdf: Any, number: int) -> tuple[_Page, bool]:
    """Return a page, and whether it has lines that may rule a table."""
    try:
        page = pdf[number - 1]
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return _Page(number, []), False
    try:
        objects = Counter(each.type for each in page.get_objects(max_depth=2))
        unseen = _hidden_texts(page) if objects[pdfium_c.FPDF_PAGEOBJ_TEXT] else set()
        result = _Page(number, [])
        for line in _lines_of(text, unseen):
            if isinstance(line, str):
                result.hidden.append(line)
            else:
                result.lines.append(line)
        return result, objects[pdfium_c.FPDF_PAGEOBJ_PATH] >= _RULES
    finally:
        text.close()
        page.close()


def _hidden_texts(page: Any) -> set[int]:
    """Return the addresses of the text objects that a reader does not see.

    They are white on white, transparent, tiny, or drawn by the rendering mode "invisible". On a page with
    filled areas or pictures white text may be seen, so it counts as visible where one lies behind it.
    """
    objects = list(page.get_objects(max_depth=2))
    areas = [each.get_bounds() for each in objects if _is_dark_area(each)]
    hidden = set()
    for each in objects:
        if each.type == pdfium_c.FPDF_PAGEOBJ_TEXT and _is_unseen(each, areas):
            hidden.add(ctypes.addressof(each.raw.contents))
    return hidden


def _is_dark_area(each: Any) -> bool:
    if each.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
        return True
    return each.type == pdfium_c.FPDF_PAGEOBJ_PATH and min(_color_of(each)) < _NEARLY_WHITE


def _is_unseen(each: Any, areas: Sequence[tuple[float, ...]]) -> bool:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(each.raw)
    if mode == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE:
        return True
    size = ctypes.c_float()
    pdfium_c.FPDFTextObj_GetFontSize(each.raw, size)
    left, bottom, right, top = each.get_bounds()
    if 0 < abs(top - bottom) < _TINY and size.value < _TINY:
        return True
    *color, alpha = _color_of(each, with_alpha=True)
    if alpha == 0:
        return True
    if min(color) < _NEARLY_WHITE:
        return False
    middle = ((left + right) / 2, (bottom + top) / 2)
    return not any(x0 <= middle[0] <= x1 and y0 <= middle[1] <= y1 for x0, y0, x1, y1 in areas)


def _color_of(each: Any, *, with_alpha: bool = False) -> tuple[int, ...]:
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not pdfium_c.FPDFPageObj_GetFillColor(each.raw, red, green, blue, alpha):
        return (0, 0, 0, 255)[: 4 if with_alpha else 3]
    color = (red.value, green.value, blue.value, alpha.value)
    return color if with_alpha else color[:3]


def _lines_of(text: Any, unseen: set[int]) -> Iterator[_Line | str]:
    """Yield the lines of a page; a text that is not seen as a bare string."""
    whole: str = text.get_text_range()
    if not unseen:
        position = 0
        for line in whole.split("\n"):
            stripped = line.strip()
            if stripped:
                index = position + len(line) - len(line.lstrip())
                yield _Line(stripped, pdfium_c.FPDFText_GetFontSize(text.raw, index))
            position += len(line) + 1
        return
    seen: list[tuple[str, float]] = []
    hidden: list[tuple[str, float]] = []
    for index in range(text.count_chars()):
        sign = chr(pdfium_c.FPDFText_GetUnicode(text.raw, index))
        owner = pdfium_c.FPDFText_GetTextObject(text.raw, index)
        is_hidden = bool(owner) and ctypes.addressof(owner.contents) in unseen
        (hidden if is_hidden else seen).append((sign, pdfium_c.FPDFText_GetFontSize(text.raw, index)))
    yield "".join(sign for sign, _size in hidden)
    signs: list[tuple[str, float]] = []
    for sign, size in [*seen, ("\n", 0.0)]:
        if sign not in "\r\n":
            signs.append((sign, size))
        elif stripped := "".join(each for each, _size in signs).strip():
            yield _Line(stripped, next(each for each_sign, each in signs if each_sign.strip()))
            signs = []


def _words(text: str) -> Iterator[str]:
    return (found.casefold() for found in re.findall(r"[^\W\d_]{3,}", text))


def _blocks_of(page: _Page, vocabulary: set[str]) -> Iterator[Block]:
    sizes = [line.size for line in page.lines for _sign in line.text]
    usual = median(sizes) if sizes else 0.0
    widest = max((len(line.text) for line in page.lines), default=0)
    paragraph = ""
    for line in page.lines:
        is_heading = line.size > usual * _LARGER and len(line.text) <= _MAX_HEADING
        if paragraph and (is_heading or _BULLET.match(line.text)):
            yield Block(visible(paragraph), page=page.number)
            paragraph = ""
        if is_heading:
            level = 1 if line.size > usual * 1.6 else 2
            if text := visible(line.text):
                yield Block(text, BlockKind.HEADING, level=level, page=page.number)
            continue
        paragraph = _joined(paragraph, line.text, vocabulary)
        if line.text[-1] in ".!?:" and len(line.text) < 0.8 * widest:
            yield Block(visible(paragraph), page=page.number)
            paragraph = ""
    if visible(paragraph):
        yield Block(visible(paragraph), page=page.number)
    yield from page.tables


def _joined(paragraph: str, line: str, vocabulary: set[str]) -> str:
    """Return a paragraph with its next line. A word that was divided at the end of a line is mended.

    The hyphen goes only when the document has the whole word elsewhere: "E-Mail-" keeps its own.
    """
    if not paragraph:
        return line
    if paragraph[-1] not in _HYPHENS:
        return f"{paragraph} {line}"
    first = re.search(r"[^\W\d_]+(?=[\x02\ufffe\u00ad-]+$)", paragraph)
    rest = re.match(r"[^\W\d_]+", line)
    bare = paragraph.rstrip(_HYPHENS)
    if first and rest and (first[0] + rest[0]).casefold() in vocabulary:
        return bare + line
    return f"{bare}{line}" if paragraph[-1] != "-" else f"{paragraph}{line}"


def _add_tables(data: bytes, pages: list[_Page], numbers: list[int]) -> None:
    """Read the ruled tables of some pages: a row becomes a line with its columns' names."""
    if not numbers:
        return
    import pdfplumber  # a second to load, and most documents have no table

    try:
        with pdfplumber.open(io.BytesIO(data), pages=numbers) as document:
            for page in document.pages:
                _add_tables_of(page, pages[page.page_number - 1])
    except Exception:
        return


def _add_tables_of(page: Any, into: _Page) -> None:
    cells: set[str] = set()
    for table in page.extract_tables():
        rows = [[visible(cell or "") for cell in row] for row in table]
        if len(rows) < 2 or max(map(len, rows)) < 2:
            continue
        header = rows[0]
        for row in rows[1:]:
            if text := row_text(header, row):
                into.tables.append(Block(text, BlockKind.ROW, page=into.number, stands_alone=True))
        cells |= {" ".join(cell.split()) for row in rows for cell in row if cell}
        cells |= {" ".join(" ".join(row).split()) for row in rows}
    # What stands in a table is not said a second time as loose text.
    into.lines = [line for line in into.lines if " ".join(line.text.split()) not in cells]
