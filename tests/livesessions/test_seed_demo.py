"""The demo that `make run` begins with."""

import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django_scopes import scopes_disabled

from livesessions.models.plans import Segment
from livesessions.models.sessions import LiveSession

pytestmark = pytest.mark.django_db(transaction=True)


def seed() -> str:
    printed = io.StringIO()
    call_command("seed_demo", port="8123", stdout=printed)
    return printed.getvalue()


def test_it_asks_for_a_live_on_the_simulator_and_prints_where_to_find_it() -> None:
    printed = seed()

    with scopes_disabled():
        session = LiveSession.objects.select_related("show__overlay").get()
    assert session.source == LiveSession.Source.SIMULATOR
    assert session.start_requested_at is not None
    assert f"Overlay: http://127.0.0.1:8123/overlay/{session.show.overlay.token}/" in printed


def test_its_host_has_facts_and_a_plan_of_half_an_hour() -> None:
    seed()

    with scopes_disabled():
        show = LiveSession.objects.select_related("show").get().show
        durations = list(Segment.objects.filter(show=show).values_list("duration_s", flat=True))
    assert "sabato" in show.facts
    assert sum(durations) == 1_800


def test_a_plan_that_was_changed_outlives_the_next_run() -> None:
    seed()
    with scopes_disabled():
        Segment.objects.exclude(kind="quiz").delete()
    seed()
    with scopes_disabled():
        assert Segment.objects.count() == 1


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
