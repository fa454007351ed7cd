"""What reading a document gives: blocks of text with their places, or the reason why it could not be read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MAX_INPUT_BYTES = 25_000_000
MAX_TEXT_CHARACTERS = 10_000_000
MAX_PAGES = 2_000
MAX_BLOCKS = 20_000
MAX_HIDDEN_CHARACTERS = 100_000


class Format(StrEnum):
    """The formats that are read."""

    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    QA = "qa"


class FailureReason(StrEnum):
    """Why a document could not be read. `knowledge/words.py` says each in a sentence."""

    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    SCANNED = "scanned"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_ROWS = "too_many_rows"
    BOMB = "bomb"
    TOO_SLOW = "too_slow"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"
    OLD_OFFICE = "old_office"
    AMBIGUOUS = "ambiguous"
    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    DISALLOWED = "disallowed"
    LOST = "lost"


class BlockKind(StrEnum):
    """What a block of text is. A row is never split; a heading stands above what follows it."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"


class ParseFailed(Exception):
    """Raised when a document cannot be read."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document's text.

    - `level`: of a heading, 1 to 6.
    - `page`, `row`: counted from 1; 0 where the format has none. `path`: within JSON, such as `$.items[3]`.
    - `stands_alone`: it becomes a chunk of its own, such as a row of a price list.
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    page: int = 0
    row: int = 0
    path: str = ""
    stands_alone: bool = False


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document that was read. `hidden`: texts that no reader sees, and which no chunk contains."""

    format: Format
    blocks: tuple[Block, ...]
    title: str = ""
    pages: int = 0
    hidden: tuple[str, ...] = ()
    links: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return plain values, for the pipe between the processes."""
        return {
            "format": self.format.value,
            "blocks": [asdict(block) for block in self.blocks],
            "title": self.title,
            "pages": self.pages,
            "hidden": list(self.hidden),
            "links": list(self.links),
        }


def document_from_json(values: Mapping[str, Any]) -> ParsedDocument:
    """Return the document of `as_json`. Raise KeyError, TypeError or ValueError when it describes none."""
    blocks = tuple(Block(**{**block, "kind": BlockKind(block["kind"])}) for block in values["blocks"])
    return ParsedDocument(
        format=Format(values["format"]),
        blocks=blocks,
        title=str(values["title"]),
        pages=int(values["pages"]),
        hidden=tuple(map(str, values["hidden"])),
        links=tuple(map(str, values["links"])),
    )
