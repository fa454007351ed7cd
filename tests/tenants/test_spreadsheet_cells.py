"""No cell of an export is a formula, whatever stands before its mark."""

import pytest

from tenants.text import escape_formula


@pytest.mark.parametrize("mark", list("=+-@＝＋－＠﹢﹣﹦﹫⁼⁺"))
def test_a_cell_that_begins_with_a_mark_is_escaped(mark: str) -> None:
    assert escape_formula(f"{mark}1") == f"'{mark}1"


@pytest.mark.parametrize(
    "before",
    [
        *("  ", "\t", "\r", "\n", "\v", "\f", "\x00", "\x1b", "\x85", "\u00a0", "\u00ad", "\u034f", "\u061c"),
        *("\u115f", "\u1160", "\u180e", "\u2003", "\u200b", "\u200d", "\u200e", "\u200f", "\u2028", "\u202e"),
        *("\u2060", "\u2063", "\u2066", "\u206f", "\u2800", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\uffa0"),
        *("\ufff9", "\ufffe", "\U000e0001", "\U000e0020", "\U000e0100", "\U000f0000", " \u200e\u00ad\u2003"),
    ],
    ids=ascii,
)
def test_what_is_invisible_before_a_mark_hides_nothing(before: str) -> None:
    assert escape_formula(f"{before}=1") == f"'{before}=1"


@pytest.mark.parametrize("cell", ["", "ciao", "1+1", "a=b", "😀", "\u200eciao", "«=1»", "'=1", "🇮🇹 -1"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert escape_formula(cell) == cell


def test_a_cell_that_begins_with_a_break_is_escaped() -> None:
    assert escape_formula("\tciao") == "'\tciao"
