"""Finds out what a file is from its bytes; its name only decides between kinds of text."""

import csv
import io
import re
import zipfile

from knowledge.parsing.document import FailureReason, Format, ParseFailed

_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!",
    b"\x7fELF", b"MZ", b"ID3", b"OggS", b"\x00\x00\x01\x00", b"%!PS", b"{\\rtf", b"II*\x00", b"MM\x00*",
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|article|main|div|table)\b", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
DELIMITERS = ",;\t|"


def binary_format(data: bytes) -> Format | None:
    """Return the format of a file that is no text; None for text. Raise `ParseFailed` for one not read."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ParseFailed(FailureReason.EMPTY)
    is_pdf = b"%PDF-" in data[:1024]
    # The end of a ZIP archive counts, so a PDF can be one too: two readers would see two documents.
    if is_pdf and data[-66_000:].rfind(b"PK\x05\x06") >= 0:
        raise ParseFailed(FailureReason.AMBIGUOUS)
    if is_pdf:
        return Format.PDF
    if data.startswith(_OLE):
        # Encrypted DOCX files are OLE files too.
        raise ParseFailed(
            FailureReason.ENCRYPTED if b"E\0n\0c\0r\0y\0p\0t" in data else FailureReason.OLD_OFFICE
        )
    if data.startswith(_ZIP):
        return _zip_format(data)
    if data.startswith(_BINARY) or data[4:8] == b"ftyp":
        raise ParseFailed(FailureReason.UNSUPPORTED)
    return None


def _zip_format(data: bytes) -> Format:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise ParseFailed(FailureReason.BROKEN) from None
    if "word/document.xml" not in names:
        raise ParseFailed(FailureReason.UNSUPPORTED)
    return Format.DOCX


def text_format(text: str, name: str) -> Format:
    """Return what kind of text this is. The ending of `name` decides where the text itself does not."""
    start = text.lstrip()[:1]
    ending = name.rpartition(".")[2].lower()
    if _HTML.search(text.lstrip()[:2_000].encode()) and start == "<":
        return Format.HTML
    if start in ("{", "[") and ending not in ("md", "markdown", "csv"):
        return Format.JSON
    if ending in ("md", "markdown") or (ending != "csv" and _HEADING.search(text[:20_000])):
        return Format.MARKDOWN
    if ending in ("csv", "tsv") or looks_like_table(text):
        return Format.CSV
    return Format.TEXT


def looks_like_table(text: str) -> bool:
    """Return whether every one of the first lines has the same number of short cells, three at least."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    if len(lines) < 3:
        return False
    for delimiter in DELIMITERS:
        widths = {len(row) for row in csv.reader(lines[:10], delimiter=delimiter)}
        if len(widths) == 1 and widths.pop() >= 3:
            return True
    return False
