"""Half an hour of a live against the rush of a premiere: what a host may promise in it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from livesessions.models.shows import Show
from rehearsals.rehearsal.chat_source import SAMPLES

pytestmark = pytest.mark.slow

PREMIERE = str(SAMPLES[0].path)


def rehearse(show: Show, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("rehearse_live", "--show", str(show.id), "--json", *arguments, stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


@pytest.mark.parametrize("writer", ["offline", "fake"])
def test_a_host_keeps_its_manners_in_a_rush(show: Show, writer: str) -> None:
    figures = rehearse(show, "--chat", PREMIERE, "--minutes", "30", "--llm", writer)["figures"]
    assert figures["minutes"] == 30
    assert figures["lines"] > 12_000
    assert figures["replies"] > 100
    assert figures["repeats"] == 0
    assert figures["likeness_max"] <= 0.85
    assert figures["age_median_s"] < 10
    assert figures["gaps_too_short"] == 0
    assert figures["blocked"] > 50
    assert figures["toxic_answered"] == figures["toxic_said"] == 0


def test_the_fake_writer_costs_what_a_model_would(show: Show) -> None:
    figures = rehearse(show, "--chat", "simulator", "--minutes", "3", "--llm", "fake")["figures"]
    assert figures["prompt_tokens"] > 1_000
    assert 0 < figures["cost_usd"] < 0.1
    assert figures["replies_by_model"]["rehearsal"] > 0


def test_the_same_options_give_the_same_rehearsal(show: Show) -> None:
    arguments = ("--chat", "simulator", "--minutes", "3", "--llm", "fake", "--seed", "7")
    first, second = (rehearse(show, *arguments)["script"] for _ in range(2))
    assert first == second
    assert rehearse(show, *arguments[:-1], "8")["script"] != first


def test_gifts_are_thanked_in_a_rehearsal(show: Show) -> None:
    figures = rehearse(show, "--chat", "simulator", "--minutes", "10")["figures"]
    assert figures["gifts_thanked"] > 0
    assert figures["thanks_median_s"] is not None


def test_the_command_prints_figures_targets_and_the_script(show: Show) -> None:
    out = StringIO()
    call_command("rehearse_live", "--show", show.name, "--chat", "simulator", "--minutes", "1", stdout=out)
    text = out.getvalue()
    assert "replies_per_minute" in text
    assert "<= 10     met" in text
    assert "00:0" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--show", "nobody", "--chat", "simulator"), "no show nobody"),
        (("--chat", "/nowhere.jsonl"), "Cannot read /nowhere.jsonl"),
        (("--chat", __file__), "neither a webcast capture nor a chat log"),
        (("--chat", "simulator", "--llm", "configured"), "cannot use a virtual clock"),
        (("--chat", "simulator", "--llm", "configured", "--real-time"), "No language model is configured"),
        (("--chat", "simulator", "--minutes", "0"), "must be greater than 0"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_a_line(
    show: Show, arguments: tuple[str, ...], words: str
) -> None:
    named = arguments if "--show" in arguments else ("--show", str(show.id), *arguments)
    with pytest.raises(CommandError, match=words):
        call_command("rehearse_live", *named, stdout=StringIO())


def test_a_name_that_several_shows_have_is_not_enough(show: Show, other_show: Show) -> None:
    with scope(tenant=other_show.tenant):
        Show.objects.filter(id=other_show.id).update(name=show.name)
    with pytest.raises(CommandError, match="Several shows"):
        call_command("rehearse_live", "--show", show.name, "--chat", "simulator", stdout=StringIO())
