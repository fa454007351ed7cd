"""The settings of a show on its page: in the units that people think in, saved as the live needs them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.shows import Show
from livesessions.shows.services.shows import change_show
from overlay.layout import Layout
from overlay.models import Overlay
from tenants.models import User

ClientFor = Callable[[User], Client]


def settings_of(**given: Any) -> dict[str, Any]:
    """What a browser sends of an untouched tab "Advanced", but for what is given."""
    return {
        "name": "La sera",
        "handle": "la.sera",
        "cooldown_min_s": "3",
        "cooldown_max_s": "5",
        "answers_per_minute": "15",
        "thanks_per_minute": "10",
        "answers_per_viewer": "4",
        **given,
    }


def games_of(**given: Any) -> dict[str, Any]:
    """What a browser sends of an untouched tab "Goals and games", but for what is given."""
    return {
        "follows_per_thanks": "1",
        "shares_per_thanks": "3",
        "subscriptions_per_thanks": "1",
        "small_gift_diamonds": "10",
        "big_gift_diamonds": "1000",
        "calls_to_action": "",
        "call_to_action_every_s": "6",
        "game_every_s": "7",
        **given,
    }


@pytest.fixture
def desk(alice: User, client_for: ClientFor) -> Client:
    return client_for(alice)


def test_every_setting_of_the_tab_advanced_is_saved(desk: Client, show: Show) -> None:
    answer = desk.post(
        f"/shows/{show.id}/advanced/",
        settings_of(
            cooldown_min_s="2.5",
            cooldown_max_s="7",
            answers_per_minute="9",
            thanks_per_minute="6",
            answers_per_viewer="2",
            is_shopping="on",
        ),
    )
    assert answer["Location"] == f"/shows/{show.id}/advanced/"
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert (show.cooldown_min_s, show.cooldown_max_s, show.answers_per_minute) == (2.5, 7.0, 9)
    assert (show.thanks_per_minute, show.answers_per_viewer, show.is_shopping) == (6, 2, True)


def test_every_setting_of_the_tab_goals_and_games_is_saved(desk: Client, show: Show) -> None:
    answer = desk.post(
        f"/shows/{show.id}/games/",
        games_of(
            follows_per_thanks="5",
            shares_per_thanks="0",
            subscriptions_per_thanks="2",
            small_gift_diamonds="30",
            big_gift_diamonds="500",
            calls_to_action="Seguiteci!\r\n\r\n Passate  parola! ",
            call_to_action_every_s="8.5",
            game_every_s="0",
        ),
    )
    assert answer["Location"] == f"/shows/{show.id}/games/"
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert (show.follows_per_thanks, show.shares_per_thanks, show.subscriptions_per_thanks) == (5, 0, 2)
    assert (show.small_gift_diamonds, show.big_gift_diamonds) == (30, 500)
    assert show.calls_to_action == ["Seguiteci!", "Passate parola!"]
    assert (show.call_to_action_every_s, show.game_every_s) == (510, 0)


def test_the_page_shows_what_is_set_in_minutes_and_lines(desk: Client, show: Show) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, call_to_action_every_s=450, calls_to_action=["Uno", "Due"])
    html = desk.get(f"/shows/{show.id}/games/").content.decode()
    assert 'value="7.5"' in html
    assert "Uno\nDue" in html


def test_saving_without_a_change_keeps_odd_seconds(desk: Client, show: Show) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, game_every_s=100)
    desk.post(f"/shows/{show.id}/games/", games_of(game_every_s="1.67"))
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert show.game_every_s == 100


@pytest.mark.parametrize(
    ("tab", "wrong", "message"),
    [
        ("advanced", {"name": ""}, "This field is required."),
        ("advanced", {"name": "La sera\u202egpj"}, "invisible signs"),
        ("advanced", {"cooldown_min_s": "6"}, "It cannot be shorter than in a calm chat."),
        ("advanced", {"cooldown_max_s": "61"}, "less than or equal to 60"),
        ("advanced", {"answers_per_minute": "0"}, "greater than or equal to 1"),
        ("games", {"follows_per_thanks": "-1"}, "greater than or equal to 0"),
        ("games", {"shares_per_thanks": "1001"}, "less than or equal to 1000"),
        ("games", {"big_gift_diamonds": "0"}, "greater than or equal to 1"),
        (
            "games",
            {"big_gift_diamonds": "9"},
            "This cannot be lower than the limit for gifts thanked together.",
        ),
        ("games", {"calls_to_action": "x" * 201}, "at most 200 characters"),
        ("games", {"calls_to_action": "\n".join(map(str, range(31)))}, "At most 30 lines."),
        ("games", {"call_to_action_every_s": "61"}, "less than or equal to 60"),
        ("games", {"game_every_s": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_entered_is_lost(
    desk: Client, show: Show, tab: str, wrong: dict[str, str], message: str
) -> None:
    typed = {"advanced": settings_of(handle="nuovo.handle"), "games": games_of(subscriptions_per_thanks="77")}
    answer = desk.post(f"/shows/{show.id}/{tab}/", {**typed[tab], **wrong})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert message in html
    assert "Not saved: correct what is marked." in html
    assert ("nuovo.handle" if tab == "advanced" else 'value="77"') in html
    with scope(tenant=show.tenant):
        show.refresh_from_db()
    assert (show.handle, show.subscriptions_per_thanks) == ("la.sera", 1)


GOAL = {"goal_kind": "gift", "goal_target": "50", "goal_label": "Roses", "goal_shown": "on"}


def test_the_goal_is_set_beside_the_games(desk: Client, show: Show) -> None:
    address = f"/shows/{show.id}/games/"
    assert desk.post(address, games_of(**GOAL)).status_code == 302
    layout = layout_of(show)
    assert layout["goal"] == {"kind": "gift", "target": 50, "label": "Roses"}
    assert layout["tall"]["goal"]["on"]
    assert layout["wide"]["goal"]["on"]
    wrong = desk.post(address, games_of(**{**GOAL, "goal_target": "0", "goal_label": "Kept"}))
    assert wrong.status_code == 422
    assert 'value="Kept"' in wrong.content.decode()
    assert 'id="id_goal_target_error"' in wrong.content.decode()
    assert desk.post(address, games_of()).status_code == 302  # a form without the goal leaves it
    assert layout_of(show)["goal"]["target"] == 50


def layout_of(show: Show) -> Layout:
    with scope(tenant=show.tenant):
        return Overlay.objects.get(id=show.overlay_id).whole_layout
