"""Trying a line: the verdict under the settings as they stand in the form, saved or not."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.events import ChatEvent
from livesessions.models.shows import Show
from moderation import line_check
from moderation.line_check import MAX_CACHED, check_line, moderator_for
from moderation.models import Policy
from moderation.stage.verdict import Action, Risk
from tenants.models import User

HTMX = {"hx-request": "true"}


@pytest.fixture
def policy(show: Show) -> Iterator[Policy]:
    with scope(tenant=show.tenant):
        show.policy.blocklist = ["acme", "trol*"]
        show.policy.save()
        yield show.policy


@pytest.fixture
def try_it(alice: User, policy: Policy, client_for: Callable[[User], Client]) -> Callable[..., str]:
    """Call with a line and fields for the part of the page that Alice gets."""
    client = client_for(alice)

    def post(line: str, **fields: str) -> str:
        sent: dict[str, Any] = {"line": line, **fields}
        answer = client.post(f"/policies/{policy.id}/try/", sent, headers=HTMX)
        assert answer.status_code == 200
        page: str = answer.content.decode()
        return page

    return post


def test_a_blocked_word_is_named_and_marked(try_it: Callable[..., str]) -> None:
    page = try_it("compra da A.C.M.E. subito", has_settings="1", safe_mode="on")
    assert "verdict-high" in page
    assert "one of your blocked words" in page
    assert "<mark>A.C.M.E</mark>" in page
    assert "<html" not in page


def test_an_innocent_line_is_fine(try_it: Callable[..., str]) -> None:
    page = try_it("che bella serata", has_settings="1", safe_mode="on")
    assert "verdict-low" in page
    assert "<mark>" not in page


def test_what_safe_mode_changes_is_told(try_it: Callable[..., str]) -> None:
    safe = try_it("guarda www.offerte.com", has_settings="1", safe_mode="on")
    free = try_it("guarda www.offerte.com", has_settings="1")
    assert "verdict-high" in safe
    assert "With safe mode off:" in safe
    assert "verdict-medium" in free
    assert "With safe mode on:" in free


def test_words_that_are_not_saved_yet_count(try_it: Callable[..., str]) -> None:
    assert "verdict-low" in try_it("ti piace zorbo", has_settings="1", safe_mode="on")
    assert "verdict-high" in try_it("ti piace zorbo", has_settings="1", blocklist="acme\nzorbo")
    assert "verdict-high" in try_it("ti piace zorbo", has_settings="1", blocklist_added="zorbo")
    assert "verdict-low" in try_it("acme", has_settings="1", blocklist_removed="ACME")
    assert "verdict-low" in try_it("acme", has_settings="1", allowlist_added="acme")
    assert "verdict-high" in try_it("trollone", has_settings="1"), "the saved ones stay"


def test_hostile_text_is_text_inside_and_beside_a_mark(try_it: Callable[..., str]) -> None:
    page = try_it("<b>acme</b> <script>alert(1)</script> \"'", has_settings="1")
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize("line", ["", "   ", "\0", "x" * 2_001])
def test_what_is_no_line_has_no_verdict(try_it: Callable[..., str], line: str) -> None:
    assert "verdict-" not in try_it(line)


def test_a_list_that_is_not_right_is_told(try_it: Callable[..., str]) -> None:
    assert "at most 100 characters" in try_it("ciao", blocklist="x" * 101)


def test_without_a_script_the_page_comes_back_with_what_was_entered(
    alice: User, policy: Policy, client_for: Callable[[User], Client]
) -> None:
    sent = {
        "line": "che zorbo",
        "has_settings": "1",
        "name": "New name",
        "blocklist": "zorbo",
        "allowlist": "",
    }
    page = client_for(alice).post(f"/policies/{policy.id}/try/", sent).content.decode()
    assert "<html" in page
    assert "<mark>zorbo</mark>" in page
    assert 'value="New name"' in page
    policy.refresh_from_db()
    assert policy.blocklist == ["acme", "trol*"]


def test_the_line_is_neither_stored_nor_logged(
    try_it: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    try_it("segretissimo acme", has_settings="1")
    assert "segretissimo" not in caplog.text
    assert not ChatEvent.objects.exists()


def test_the_same_lists_are_made_ready_once_and_few_are_kept() -> None:
    first = moderator_for(["uno"], [])
    assert moderator_for(["uno"], []) is first
    assert moderator_for([], ["uno"]) is not first
    for number in range(MAX_CACHED + 1):
        moderator_for([f"word{number}"], [])
    assert len(line_check._cached) == MAX_CACHED
    assert moderator_for(["uno"], []) is not first


def test_findings_that_overlap_make_one_mark() -> None:
    trial = check_line(
        "ciao brutto ceffo!", blocklist=["brutto ceffo", "ceffo"], allowlist=[], safe_mode=True
    )
    assert [part.text for part in trial.parts if part.found] == ["brutto ceffo"]
    assert "".join(part.text for part in trial.parts) == "ciao brutto ceffo!"


def test_a_line_of_distress_gets_the_help_line_either_way() -> None:
    for safe_mode in (True, False):
        trial = check_line("voglio suicidarmi", blocklist=[], allowlist=[], safe_mode=safe_mode)
        assert (trial.verdict.risk, trial.verdict.action) == (Risk.HIGH, Action.HELP)
        assert not trial.safe_mode_matters
