"""No page runs or wears anything that is written into it: what a stranger writes never becomes a script."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.architecture.sources import ROOT

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|js:", re.IGNORECASE
)
# A mail has its style inline, as mail programs want it.
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "email")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_script_and_no_style_of_its_own(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/staff/login/", "/nothing-here/"])
def test_every_page_forbids_what_does_not_come_from_here(path: str, client: Client) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    directives = policy.split("; ")
    assert "default-src 'none'" in directives
    assert "script-src 'self'" in directives
    assert "unsafe" not in policy


def test_the_policy_holds_for_what_the_pages_load_and_no_more() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert not any("*" in source or "http" in source for sources in directives.values() for source in sources)
