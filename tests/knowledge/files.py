"""Makes documents, good and bad ones, for the tests."""

import io
import zipfile
import zlib
from collections.abc import Sequence

from docx import Document
from docx.shared import RGBColor


def pdf(pages: Sequence[str], *, white: str = "", header: str = "") -> bytes:
    """Return a PDF with a line of text on each page; `white` is written white on white."""
    objects: list[str] = []

    def add(body: str) -> int:
        objects.append(body)
        return len(objects)

    font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    tree = len(pages) * 2 + 2
    for text in pages:
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else ""
        if header:
            drawn = f"BT /F1 24 Tf 72 740 Td ({header}) Tj ET {drawn}"
        if white:
            drawn += f" BT 1 1 1 rg /F1 12 Tf 72 500 Td ({white}) Tj ET"
        stream = add(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R"
                f" /Resources << /Font << /F1 {font} 0 R >> >> >>"
            )
        )
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    assert add(f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>") == tree
    catalogue = add(f"<< /Type /Catalog /Pages {tree} 0 R >>")
    return _assembled(objects, catalogue)


def _assembled(objects: Sequence[str], catalogue: int, extra: str = "") -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    for offset in offsets:
        out.write(f"{offset:010d} 00000 n \n".encode())
    trailer = f"<< /Size {len(objects) + 1} /Root {catalogue} 0 R {extra}>>"
    out.write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def locked_pdf() -> bytes:
    """Return a PDF whose password nobody knows."""
    password = "00" * 32
    encrypt = f"<< /Filter /Standard /V 1 /R 2 /O <{password}> /U <{password}> /P -44 >>"
    catalogue = "<< /Type /Catalog /Pages 3 0 R >>"
    tree = "<< /Type /Pages /Kids [] /Count 0 >>"
    return _assembled([encrypt, catalogue, tree], 2, f"/Encrypt 1 0 R /ID [<{'11' * 16}> <{'11' * 16}>] ")


def circular_pdf() -> bytes:
    """Return a PDF whose tree of pages contains itself."""
    tree = "<< /Type /Pages /Kids [1 0 R 1 0 R] /Count 2 /Parent 1 0 R >>"
    return _assembled([tree, "<< /Type /Catalog /Pages 1 0 R >>"], 2)


def nested_pdf(levels: int = 4) -> bytes:
    """Return a small PDF whose page unpacks, level by level, to gigabytes."""
    data = b"0" * 8_000_000
    for _level in range(levels):
        data = zlib.compress(data, 9)
    filters = " ".join(["/FlateDecode"] * levels)
    stream = f"<< /Length {len(data)} /Filter [{filters}] >>\nstream\n{data.decode('latin-1')}\nendstream"
    page = "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 595 842] /Contents 1 0 R >>"
    tree = "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
    return _assembled([stream, page, tree, "<< /Type /Catalog /Pages 3 0 R >>"], 4)


def docx(paragraphs: Sequence[str], *, white: str = "", table: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a Word document; a paragraph that begins with `# ` is a heading."""
    document = Document()
    for text in paragraphs:
        if text.startswith("# "):
            document.add_heading(text[2:], level=1)
        else:
            document.add_paragraph(text)
    if white:
        document.add_paragraph().add_run(white).font.color.rgb = RGBColor(255, 255, 255)
    if table:
        rows = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(rows.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def docx_bomb(unpacked: int = 200_000_000) -> bytes:
    """Return a Word document that unpacks to far more than it is."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as file,
    ):
        for _megabyte in range(unpacked // 1_000_000):
            file.write(b" " * 1_000_000)
    return out.getvalue()


def entity_bomb() -> bytes:
    """Return a Word document whose XML defines entities that grow."""
    lines = ['<!ENTITY a0 "haha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    xml = f"<?xml version='1.0'?><!DOCTYPE w [{''.join(lines)}]><w>&a9;</w>"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(["x"]))) as good, zipfile.ZipFile(out, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, xml if name == "word/document.xml" else good.read(name))
    return out.getvalue()
