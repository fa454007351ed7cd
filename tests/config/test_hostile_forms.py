"""Every form of every page bears hostile values: no fault, no log entry, named errors, kept input."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tenants.models import User
from tests.config.served import address, pages
from tests.config.test_recorded_routes import OF_A_KIND

HOSTILE = {
    "long": "a😀\u202e<b>&\"'" * 1_250,  # 10,000 characters
    "short": "x\u202e😀\x00<i>",
}
# What cannot be typed into, and what is never sent back.
NOT_TYPED = {"hidden", "checkbox", "radio", "file", "password", "submit", "button", "color"}
ERROR_SIGNS = ('class="errorlist"', 'role="alert"', "is-wrong", "notice-error", "notice-warning")
SERVED_PAGES = sorted(path for path in pages() if "(" not in path and not path.startswith("/accounts/logout"))


@dataclass
class Form:
    """A form of a page: where it is sent, what it holds, and which of its fields are typed."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


class FormReader(HTMLParser):
    """Reads the forms that a page sends by POST, and the values of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area = self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif tag == "option" and self._form is not None and self._choice:
            if "selected" in given or self._choice not in self._form.values:
                self._form.values[self._choice] = given.get("value", "")
        elif self._form is not None and given.get("name"):
            self._add(tag, given)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given["name"], given.get("type", "text")
        if tag == "select":
            self._choice = name
        elif tag == "textarea":
            self._area = name
            self._form.values[name] = ""
            self._form.typed.add(name)
        elif tag == "input" and (kind not in NOT_TYPED or kind == "hidden" or "checked" in given):
            self._form.values[name] = given.get("value", "")
            if kind not in NOT_TYPED:
                self._form.typed.add(name)

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._choice = ""
        elif tag == "textarea":
            if self._form is not None and self._area:
                # The first line break after the tag is not part of the text.
                text = self._form.values[self._area]
                self._form.values[self._area] = text.removeprefix("\n")
            self._area = ""


def forms_in(answer: Any) -> list[Form]:
    if answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
        return []
    reader = FormReader()
    reader.feed(answer.content.decode(errors="replace"))
    return reader.forms


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_every_form_bears_hostile_values(
    everything: dict[str, str],
    alice: User,
    client_for: Callable[[User], Client],
    caplog: pytest.LogCaptureFixture,
    hostile: str,
) -> None:
    browser, values = client_for(alice), {**OF_A_KIND, **everything}
    browser.raise_request_exception = False
    tried, problems = 0, list[str]()
    with caplog.at_level(logging.WARNING):
        for path in SERVED_PAGES:
            where = address(path, values)
            for form in forms_in(asked(browser, "get", where)):
                if form.typed:
                    tried += 1
                    problems += [
                        f"{path}: {problem}" for problem in problems_of(browser, where, form, hostile)
                    ]
    assert tried > 25
    assert not problems, "\n".join(sorted(set(problems)))
    assert [record.getMessage() for record in caplog.records] == []


def problems_of(browser: Client, where: str, form: Form, hostile: str) -> Iterator[str]:
    """Send a form with hostile text in each typed field; yield what is wrong with the answer."""
    sent = {**form.values, **dict.fromkeys(form.typed, hostile)}
    answer = asked(browser, "post", form.action or where, sent)
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    if answer.status_code != 422:
        return
    page = answer.content.decode()
    if not any(sign in page for sign in ERROR_SIGNS):
        yield "422 names no error"
    kept = [shown.values for shown in forms_in(answer) if form.typed <= shown.typed]
    wanted = hostile.replace("\x00", "")
    lost = [
        name
        for name in sorted(form.typed)
        if kept and all(values[name].replace("\x00", "") != wanted for values in kept)
    ]
    if lost:
        yield f"422 has lost what was typed: {', '.join(lost)}"


def asked(browser: Client, method: str, where: str, sent: Any = None) -> Any:
    """Ask for a page, and take back what it changed."""
    with transaction.atomic():
        answer = getattr(browser, method)(where, sent)
        transaction.set_rollback(True)
    return answer
