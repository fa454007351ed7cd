"""The demo that `make run` begins with."""

import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django_scopes import scopes_disabled

from livesessions.management.commands.seed_demo import demo_language
from livesessions.models.plans import Segment
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show

pytestmark = pytest.mark.django_db(transaction=True)


def seed(language: str = "it") -> str:
    printed = io.StringIO()
    call_command("seed_demo", port="8123", language=language, stdout=printed)
    return printed.getvalue()


def test_it_asks_for_a_live_on_the_simulator_and_prints_where_to_find_it() -> None:
    printed = seed()

    with scopes_disabled():
        session = LiveSession.objects.select_related("show__overlay").get()
    assert session.source == LiveSession.Source.SIMULATOR
    assert session.start_requested_at is not None
    assert f"Overlay: http://localhost:8123/overlay/{session.show.overlay.token}/" in printed


def test_its_host_has_facts_and_a_plan_of_half_an_hour() -> None:
    seed()

    with scopes_disabled():
        show = LiveSession.objects.select_related("show").get().show
        durations = list(Segment.objects.filter(show=show).values_list("duration_s", flat=True))
    assert "sabato" in show.facts
    assert sum(durations) == 1_800


@pytest.mark.parametrize(("language", "word"), [("it", "sabato"), ("en", "Saturday"), ("de", "Samstag")])
def test_there_is_a_show_in_each_language_and_one_of_them_is_on_air(language: str, word: str) -> None:
    printed = seed(language)

    with scopes_disabled():
        session = LiveSession.objects.select_related("show__overlay").get()
        languages = sorted(Show.objects.values_list("language", flat=True))
    assert languages == ["de", "en", "it"]
    assert session.show.language == language
    assert word in session.show.facts
    assert f"/overlay/{session.show.overlay.token}/" in printed


def test_another_language_takes_the_place_of_the_one_on_air() -> None:
    seed("it")
    seed("de")

    with scopes_disabled():
        italian = LiveSession.objects.get(show__language="it")
        german = LiveSession.objects.get(show__language="de")
    assert italian.status == LiveSession.Status.ENDED or italian.stop_requested_at is not None
    assert german.start_requested_at is not None


@pytest.mark.parametrize(
    ("environment", "chosen", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "", "de"),
        ({"LANG": "de_AT.UTF-8", "LC_ALL": "it_IT.UTF-8"}, "", "it"),
        ({"LANG": "de_DE.UTF-8"}, "it", "it"),
        ({"LANG": "C.UTF-8"}, "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, "", "en"),
        ({}, "", "en"),
    ],
)
def test_the_demo_speaks_the_language_of_the_machine(
    environment: dict[str, str], chosen: str, language: str
) -> None:
    assert demo_language(environment, chosen=chosen) == language


def test_a_plan_that_was_changed_outlives_the_next_run() -> None:
    seed()
    with scopes_disabled():
        Segment.objects.filter(show__language="it").exclude(kind="quiz").delete()
    seed()
    with scopes_disabled():
        assert Segment.objects.filter(show__language="it").count() == 1


def test_a_second_run_goes_on_with_the_same_overlay_and_one_live() -> None:
    first, second = seed(), seed()

    assert re.findall(r"/overlay/\S+", first) == re.findall(r"/overlay/\S+", second)
    with scopes_disabled():
        assert LiveSession.objects.exclude(status=LiveSession.Status.ENDED).count() == 1


def test_the_printed_log_in_works() -> None:
    match = re.search(r"Log-in:\s+(\S+)\s+password:\s+(\S+)", seed())
    assert match is not None
    answer = Client().post("/accounts/login/", {"login": match[1], "password": match[2]})

    assert answer.status_code == 302
    assert answer["Location"] == "/"
