"""Viewers are always told that the voice is an AI's: no setting, address or script takes the label away."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scope

from livesessions.shows.services.shows import create_show
from overlay.models import Overlay
from tenants.models import User
from tenants.services import create_tenant

STATIC = settings.BASE_DIR / "static" / "overlay"
LABEL = '<span>{% translate "Virtual Host · AI" context "badge" %}</span>'
HIDES = re.compile(
    r"display:\s*none|visibility:\s*hidden|opacity:\s*0(?!\.?[1-9])|clip-path|content-visibility"
)


@pytest.mark.parametrize("asked", ["", "?badge=0", "?label=off&ai=false", "?hide=badge"])
def test_the_page_carries_the_label_whatever_is_asked(overlay: Overlay, client: Client, asked: str) -> None:
    page = client.get(f"/overlay/{overlay.token}/{asked}").content.decode()
    header = re.search(r'<header class="badge panel" data-widget="label">.*?</header>', page, re.DOTALL)
    assert header is not None
    assert "<span>Host virtuale · IA</span>" in header[0]
    assert "hidden" not in header[0].replace('aria-hidden="true"', "")


@pytest.mark.parametrize(
    ("language", "label"),
    [("it", "Host virtuale · IA"), ("en", "Virtual Host · AI"), ("de", "Virtueller Host · KI")],
)
def test_the_label_is_in_the_language_of_the_show(
    alice: User, client: Client, language: str, label: str
) -> None:
    tenant = create_tenant(owner=alice, name="Alice", language="en")
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="Show", language=language)
    answer = client.get(f"/overlay/{show.overlay.token}/")
    assert answer.headers["Content-Language"] == language
    assert f"<span>{label}</span>" in answer.content.decode()


def test_the_template_shows_it_under_no_condition() -> None:
    template = (settings.BASE_DIR / "templates" / "overlay" / "page.html").read_text(encoding="utf-8")
    before_label, _, _ = template.partition(LABEL)
    assert before_label != template
    assert not re.search(r"{%\s*(if|for|with|ifchanged|block)\b", before_label)


def test_no_style_hides_it_in_any_state() -> None:
    for sheet in STATIC.rglob("*.css"):
        styles = sheet.read_text(encoding="utf-8")
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", styles):
            if re.search(r"\.badge(-host)?\b|\.panel\b|\bheader\b(?!\))|label", selector.split("*/")[-1]):
                assert not HIDES.search(body), (sheet.name, selector)


def test_no_script_touches_it() -> None:
    for script in STATIC.rglob("*.js"):
        assert "badge" not in script.read_text(encoding="utf-8"), script.name
