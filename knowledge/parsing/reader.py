"""Reads a document of any format. Runs inside the child process: nothing here may be trusted with a host."""

import json
import sys

from knowledge.parsing.characters import decode, tag_texts
from knowledge.parsing.document import (
    MAX_TEXT_CHARACTERS,
    FailureReason,
    Format,
    ParsedDocument,
    ParseFailed,
)
from knowledge.parsing.file_type import binary_format, text_format

# The status of a child that ran out of memory.
OUT_OF_MEMORY = 3


def read_document(data: bytes, name: str, *, url: str = "", format_hint: str = "") -> ParsedDocument:
    """Return what a document contains. Raise `ParseFailed`.

    `name` is the file's; `url` the page's; `format_hint` of what the application itself has written.
    """
    found = binary_format(data)
    if found is Format.PDF:
        from knowledge.parsing.pdf import read_pdf

        return _checked(read_pdf(data))
    if found is Format.DOCX:
        from knowledge.parsing.docx import read_docx

        return _checked(read_docx(data))
    text = decode(data)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ParseFailed(FailureReason.TOO_LARGE)
    kind = Format(format_hint) if format_hint else text_format(text, name)
    document = _read_text(text, kind, url)
    more = tuple(tag_texts(text))
    if more:
        document = ParsedDocument(
            document.format,
            document.blocks,
            title=document.title,
            pages=document.pages,
            hidden=(*document.hidden, *more),
            links=document.links,
        )
    return _checked(document)


def _read_text(text: str, kind: Format, url: str) -> ParsedDocument:
    from knowledge.parsing import plain_text, tables

    if kind is Format.HTML:
        from knowledge.parsing.html import read_html

        return read_html(text, url)
    readers = {
        Format.MARKDOWN: plain_text.read_markdown,
        Format.CSV: tables.read_csv,
        Format.JSON: tables.read_json,
        Format.QA: tables.read_question,
    }
    return readers.get(kind, plain_text.read_text)(text)


def _checked(document: ParsedDocument) -> ParsedDocument:
    if not document.blocks:
        raise ParseFailed(FailureReason.EMPTY)
    if sum(len(block.text) for block in document.blocks) > MAX_TEXT_CHARACTERS:
        raise ParseFailed(FailureReason.TOO_LARGE)
    return document


def main() -> None:
    """Read the document on stdin; write the result, or the reason for a failure, to stdout as JSON."""
    options = json.loads(sys.argv[1])
    try:
        document = read_document(sys.stdin.buffer.read(), **options)
        answer = json.dumps(document.as_json())
    except ParseFailed as failure:
        answer = json.dumps({"failed": failure.reason.value})
    except (MemoryError, RecursionError):
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.write(answer)
    sys.stdout.flush()
