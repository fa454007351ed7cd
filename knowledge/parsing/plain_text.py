"""Reads plain text and Markdown."""

import re

from knowledge.parsing.characters import visible
from knowledge.parsing.document import Block, BlockKind, Format, ParsedDocument
from knowledge.parsing.tables import row_text

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"(=+|-+)\s*$")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_RULE_ROW = re.compile(r"^\|?[\s:|-]+\|?$")


def read_text(text: str) -> ParsedDocument:
    """Return the paragraphs of a plain text; blank lines separate them."""
    blocks = [Block(each) for part in re.split(r"\n\s*\n", text) if (each := visible(part))]
    return ParsedDocument(Format.TEXT, tuple(blocks))


def read_markdown(text: str) -> ParsedDocument:
    """Return the headings, paragraphs and table rows of a Markdown text."""
    hidden = [*_COMMENT.findall(text), *_IMAGE.findall(text)]
    text = _IMAGE.sub("", _COMMENT.sub("", text))
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text):
        blocks.extend(_blocks_of(part.strip("\n").splitlines()))
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING), "")
    return ParsedDocument(
        Format.MARKDOWN, tuple(blocks), title=title, hidden=tuple(filter(str.strip, hidden))
    )


def _blocks_of(lines: list[str]) -> list[Block]:
    """Return the blocks of lines without a blank one between them."""
    blocks: list[Block] = []
    paragraph: list[str] = []

    def end_paragraph() -> None:
        if text := visible(_inline("\n".join(paragraph))):
            blocks.append(Block(text))
        paragraph.clear()

    if len(lines) > 2 and "|" in lines[0] and _RULE_ROW.match(lines[1]):
        return _table(lines)
    for line in lines:
        if found := _HEADING.match(line):
            end_paragraph()
            blocks.append(Block(visible(_inline(found[2])), BlockKind.HEADING, level=len(found[1])))
        elif len(paragraph) == 1 and _UNDERLINE.match(line):
            level = 1 if line.startswith("=") else 2
            blocks.append(Block(visible(_inline(paragraph.pop())), BlockKind.HEADING, level=level))
        else:
            paragraph.append(line)
    end_paragraph()
    return [block for block in blocks if block.text]


def _table(lines: list[str]) -> list[Block]:
    rows = [[visible(_inline(cell)) for cell in line.strip().strip("|").split("|")] for line in lines]
    header = rows[0]
    texts = [row_text(header, row) for row in rows[2:]]
    return [Block(text, BlockKind.ROW) for text in texts if text]


def _inline(text: str) -> str:
    text = _LINK.sub(lambda found: f"{found[1]} ({found[2]})" if found[1] != found[2] else found[1], text)
    return _EMPHASIS.sub(r"\2", text)
