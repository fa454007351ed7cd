"""Attributes of templates that name other elements find them."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FORM = re.compile(r"<form\b[^>]*?hx-disabled-elt=\"find (\w+)\".*?</form>", re.DOTALL)
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if FORM.search(path.read_text())]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_form_contains_the_element_that_it_disables_while_it_is_sent(template: Path) -> None:
    forms = FORM.finditer(template.read_text())
    assert [form[0] for form in forms if f"<{form[1]}" not in form[0]] == []
