"""What templates name exists, and their lines can be read."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FORM = re.compile(r"<form\b[^>]*?hx-disabled-elt=\"find (\w+)\".*?</form>", re.DOTALL)
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if FORM.search(path.read_text())]

ICON = re.compile(r"""(?:_icon\.html" with name|\bicon)=["']([a-z-]+)["']""")
MAX_COLUMNS = 160
SPRITE = ROOT / "static" / "img" / "icons.svg"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_form_contains_the_element_that_it_disables_while_it_is_sent(template: Path) -> None:
    forms = FORM.finditer(template.read_text())
    assert [form[0] for form in forms if f"<{form[1]}" not in form[0]] == []


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r'id="icon-([a-z-]+)"', SPRITE.read_text()))
    templates = (ROOT / "templates").rglob("*.html")
    named = {name for template in templates for name in ICON.findall(template.read_text())}
    assert len(named) > 40
    assert named - drawn == set()


def test_no_line_of_a_template_is_longer_than_160_columns() -> None:
    long = [
        f"{template.relative_to(ROOT)}:{number}: {len(line)}"
        for template in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(template.read_text().splitlines(), start=1)
        if len(line) > MAX_COLUMNS
    ]
    assert long == []
