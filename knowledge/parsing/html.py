"""Reads web pages: their main text with headings and tables, without what a visitor does not see."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urljoin

import lxml.html
from lxml import etree

from knowledge.parsing.characters import visible
from knowledge.parsing.document import (
    MAX_BLOCKS,
    MAX_HIDDEN_CHARACTERS,
    Block,
    BlockKind,
    FailureReason,
    Format,
    ParsedDocument,
    ParseFailed,
)
from knowledge.parsing.tables import row_text

MAX_LINKS = 2_000
MAX_DEPTH = 200
_NEVER_TEXT = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "head", "select"}
)
_AROUND = frozenset({"nav", "footer", "header", "aside", "form", "button", "dialog", "menu"})
_AROUND_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "menu"}
)
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "body",
        "html",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
    }
    | {"pre", "figure", "figcaption", "address", "details", "summary", "br", "hr", "center", "fieldset"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0(?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}|clip\s*:\s*rect\(\s*0|(?:width|height)\s*:\s*0(?:px)?\s*(?:;|$)"
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:white\b|#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent)"
)
_BACKGROUND = re.compile(r"background")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"^[.#]([\w-]+)$")


def read_html(text: str, url: str = "") -> ParsedDocument:
    """Return a page's text, links and hidden texts. Raise `ParseFailed`."""
    root = _root_of(text)
    reader = _Reader(_unseen_names(root))
    main = next(iter(root.xpath("//main|//*[@role='main']")), None)
    if main is not None and len(main.text_content().strip()) < 200:
        main = None
    blocks = list(reader.blocks(main if main is not None else root))
    if main is not None:
        _Reader(reader.unseen_names, reader.hidden).drain(root, without=main)
    title = visible("".join(root.xpath("//title//text()")[:1]))[:200]
    return ParsedDocument(
        Format.HTML,
        tuple(blocks),
        title=title,
        hidden=tuple(filter(str.strip, reader.hidden)),
        links=tuple(_links_of(root, url)),
    )


def _root_of(text: str) -> Any:
    parser = lxml.html.HTMLParser(huge_tree=False, no_network=True, encoding="utf-8", recover=True)
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ParseFailed(FailureReason.BROKEN) from None
    return root


def _unseen_names(root: Any) -> frozenset[str]:
    """Return the classes and ids that the page's own style sheets hide."""
    names = set()
    for sheet in root.xpath("//style//text()")[:50]:
        for selectors, rules in _RULE.findall(str(sheet)[:200_000]):
            if _UNSEEN_STYLE.search(rules.lower()):
                names |= {found[1] for each in selectors.split(",") if (found := _SIMPLE.match(each.strip()))}
    return frozenset(names)


class _Reader:
    """Walks a page once. `hidden` collects what is not seen, comments and the texts for pictures."""

    def __init__(self, unseen_names: frozenset[str], hidden: list[str] | None = None) -> None:
        self.unseen_names = unseen_names
        self.hidden = hidden if hidden is not None else []
        self._hidden_characters = 0
        self._line: list[str] = []
        self._count = 0

    def blocks(self, element: Any) -> Iterator[Block]:
        """Yield the blocks of an element."""
        yield from self._walk(element, 0)
        yield from self._end_line()

    def drain(self, element: Any, *, without: Any) -> None:
        """Collect only what is hidden, of an element without one of its parts."""
        parent = without.getparent()
        if parent is not None:
            parent.remove(without)
        for _block in self.blocks(element):
            pass

    def _walk(self, element: Any, depth: int) -> Iterator[Block]:
        if depth > MAX_DEPTH:
            return
        if not isinstance(element.tag, str):  # a comment or an instruction
            self._hide(str(element.text or ""))
            return
        tag = element.tag.lower()
        if tag in _NEVER_TEXT:
            return
        if tag == "img":
            self._hide(element.get("alt", ""))
            return
        if self._is_unseen(element):
            self._hide(element.text_content())
            return
        if tag in _AROUND or element.get("role") in _AROUND_ROLES:
            self._hide_inside(element)
            return
        if tag == "table":
            yield from self._end_line()
            yield from self._table(element)
        elif tag in _HEADINGS:
            yield from self._end_line()
            yield from self._inline(element, depth)
            yield from self._end_line(BlockKind.HEADING, _HEADINGS[tag])
        elif tag in _BLOCKS:
            yield from self._end_line()
            yield from self._inline(element, depth)
            yield from self._end_line()
        else:
            yield from self._inline(element, depth)

    def _inline(self, element: Any, depth: int) -> Iterator[Block]:
        self._line.append(element.text or "")
        for child in element:
            yield from self._walk(child, depth + 1)
            self._line.append(child.tail or "")

    def _end_line(self, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> Iterator[Block]:
        text = visible(" ".join("".join(self._line).split()))
        self._line = []
        if not text:
            return
        self._count += 1
        if self._count > MAX_BLOCKS:
            raise ParseFailed(FailureReason.TOO_LARGE)
        yield Block(text, kind, level=level)

    def _table(self, table: Any) -> Iterator[Block]:
        header: list[str] = []
        rows = table.xpath(".//tr")
        for number, row in enumerate(rows):
            cells = [self._cell(cell) for cell in row.xpath("./td|./th")]
            if not any(cells):
                continue
            is_header = not header and len(rows) > 1 and len(cells) > 1 and (row.xpath("./th") or number == 0)
            if (is_header and not row.xpath("./td")) or (is_header and number == 0 and not row.xpath("./th")):
                header = cells
            elif text := row_text(header, cells):
                yield Block(text, BlockKind.ROW, stands_alone=bool(header))

    def _cell(self, cell: Any) -> str:
        if self._is_unseen(cell):
            self._hide(cell.text_content())
            return ""
        inside = _Reader(self.unseen_names, self.hidden)
        return " ".join(block.text for part in [cell] for block in inside._inline_blocks(part))

    def _inline_blocks(self, cell: Any) -> Iterator[Block]:
        yield from self._inline(cell, 0)
        yield from self._end_line()

    def _is_unseen(self, element: Any) -> bool:
        if "hidden" in element.attrib or element.get("aria-hidden") == "true":
            return True
        style = (element.get("style") or "").lower()
        if style and (
            _UNSEEN_STYLE.search(style) or (_WHITE.search(style) and not _BACKGROUND.search(style))
        ):
            return True
        names = {*(element.get("class") or "").split(), element.get("id") or ""}
        return bool(self.unseen_names & names)

    def _hide_inside(self, element: Any) -> None:
        """Collect what is hidden within a menu or footer, whose own text is left out."""
        for each in element.iter():
            if not isinstance(each.tag, str):
                self._hide(str(each.text or ""))
            elif each is not element and self._is_unseen(each):
                self._hide(each.text_content())

    def _hide(self, text: str) -> None:
        if text.strip() and self._hidden_characters < MAX_HIDDEN_CHARACTERS:
            self.hidden.append(text[:10_000])
            self._hidden_characters += len(text[:10_000])


def _links_of(root: Any, url: str) -> Iterator[str]:
    for address in root.xpath("//a/@href")[:MAX_LINKS] if url else ():
        try:
            absolute = urldefrag(urljoin(url, str(address).strip())).url
        except ValueError:
            continue
        if absolute.startswith(("http://", "https://")) and len(absolute) <= 500:
            yield absolute
