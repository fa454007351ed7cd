"""The style sheets use our own tokens, and the ones of every page cost nothing while messages arrive."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

CSS = ROOT / "static" / "css"
BASE = sorted((CSS / "base").glob("*.css"))
HEX = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("sheet", BASE, ids=named)
def test_a_sheet_of_every_page_looks_at_no_descendants(sheet: Path) -> None:
    assert ":has(" not in sheet.read_text()


@pytest.mark.parametrize("sheet", [sheet for sheet in BASE if sheet.name != "tokens.css"], ids=named)
def test_colours_are_tokens(sheet: Path) -> None:
    assert HEX.findall(sheet.read_text()) == []


def test_the_console_loads_no_sheet_that_looks_at_descendants() -> None:
    console = (ROOT / "templates" / "livesessions" / "session_detail.html").read_text()
    sheets = re.findall(r"'css/(\w+\.css)'", console)
    assert sheets
    assert [sheet for sheet in sheets if ":has(" in (CSS / sheet).read_text()] == []


def test_every_sheet_of_every_page_is_loaded() -> None:
    loaded = re.findall(r"css/base/(\w+\.css)", (ROOT / "templates" / "_styles.html").read_text())
    assert sorted(loaded) == [sheet.name for sheet in BASE]


def test_every_token_that_is_used_is_defined_or_has_a_fallback() -> None:
    sheets = {sheet: sheet.read_text() for sheet in CSS.rglob("*.css")}
    defined = {name for text in sheets.values() for name in re.findall(r"(--[\w-]+):", text)}
    used = {name for text in sheets.values() for name in re.findall(r"var\((--[\w-]+)\)", text)}
    assert used - defined == set()
