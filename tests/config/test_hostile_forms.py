"""Every form works without a script and bears hostile values: no fault, errors beside fields, kept input."""

import logging
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tenants.models import User
from tests.config.html_reader import Form, PageReader, read_page
from tests.config.served import address, pages
from tests.config.test_recorded_routes import OF_A_KIND

HOSTILE = (
    "a😀\u202e<b>&\"'" * 1_250,  # 10,000 characters
    "x\u202e😀\x00<i>",
    "",
)
ERROR_SIGNS = ('class="errorlist"', 'role="alert"', "is-wrong", "notice-error", "notice-warning")
SERVED_PAGES = sorted(path for path in pages() if "(" not in path and not path.startswith("/accounts/logout"))
# The live console and the overlay's editor; both have a notice for browsers without scripts.
SAYS_SO = {"/lives/<uuid>/", "/shows/<uuid>/overlay/"}
# The page in OBS and its preview: nobody presses anything there.
PICTURES = {"/overlay/<str>/", "/shows/<uuid>/overlay/preview/"}


@pytest.fixture
def without_scripts(alice: User, client_for: Callable[[User], Client]) -> Client:
    """Alice's browser, which runs no scripts."""
    found = client_for(alice)
    found.raise_request_exception = False
    return found


def test_every_page_works_without_scripts_and_every_form_bears_hostile_values(
    everything: dict[str, str], without_scripts: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Each form is sent as the page shows it, and with hostile text in each typed field."""
    sent: set[tuple[str, str]] = set()
    problems: list[str] = []
    with caplog.at_level(logging.WARNING):
        for path, where in addresses(everything):
            page = read_page(asked(without_scripts, "get", where))
            problems += [f"{path}: {fault}" for fault in faults_without_scripts(path, page)]
            for form in page.forms:
                target, fields = form.action or where, " ".join(sorted(form.values))
                if (target, fields) not in sent:
                    sent.add((target, fields))
                    for values in tries_of(form):
                        problems += [
                            f"{path}, form of {target}: {problem}"
                            for problem in problems_of(without_scripts, target, form, values)
                        ]
    assert len(sent) > 80
    assert not problems, "\n".join(sorted(set(problems)))
    assert [record.getMessage() for record in caplog.records] == []


def faults_without_scripts(path: str, page: PageReader) -> list[str]:
    """Return what stands in a page but does nothing until a script runs; the page may say so instead."""
    if path in PICTURES or (path in SAYS_SO and page.says_so):
        return []
    return [f"does nothing without a script: {part}" for part in page.needs_script]


def tries_of(form: Form) -> Iterator[dict[str, str]]:
    """Yield what is sent: the form as the page shows it, then with the same text in all typed fields."""
    yield form.values
    for hostile in HOSTILE if form.typed else ():
        yield {**form.values, **dict.fromkeys(form.typed, hostile)}


def addresses(ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each page's path and its address in the full workspace."""
    for path in SERVED_PAGES:
        yield path, address(path, {**OF_A_KIND, **ids})


def problems_of(browser: Client, target: str, form: Form, sent: dict[str, str]) -> Iterator[str]:
    """Send a form without htmx; yield what is wrong with the answer."""
    answer = asked(browser, "post", target, sent)
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
    is_text = not answer.streaming and "text/html" in answer.headers.get("Content-Type", "")
    if is_text and answer.status_code not in (301, 302, 303) and b"<html" not in answer.content:
        yield f"{answer.status_code} with a part of a page"
    if answer.status_code == 422:
        yield from faults_of_refusal(answer, form, sent)


def faults_of_refusal(answer: Any, form: Form, sent: dict[str, str]) -> Iterator[str]:
    """Yield what a refused form has lost, and errors that are not tied to their field."""
    text, page = answer.content.decode(), read_page(answer)
    if not any(sign in text for sign in ERROR_SIGNS):
        yield "422 names no error"
    for name, described_by in page.wrong.items():
        if not page.ids & set(described_by.split()):
            yield f"422 has no error beside {name}"
    kept = [shown.values for shown in page.forms if form.typed <= shown.typed]
    for name in sorted(form.typed):
        wanted = sent[name].replace("\x00", "")
        if kept and all(values[name].replace("\x00", "") != wanted for values in kept):
            yield f"422 has lost what was typed in {name}"


def asked(browser: Client, method: str, where: str, sent: Any = None) -> Any:
    """Ask for a page, and take back what it changed, a log-out too."""
    cookies = deepcopy(browser.cookies)
    with transaction.atomic():
        answer = getattr(browser, method)(where, sent)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer
