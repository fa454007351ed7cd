from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from livesessions.console.frames import Frames
from livesessions.models.sessions import LiveSession
from livesessions.worker.commands import (
    Command,
    EndGame,
    StartPoll,
    StartQuiz,
    decode_command,
    encode_command,
)
from tenants.models import User

ClientFor = Callable[[User], Client]
PATHS = ("quiz/", "poll/", "game/end/")
POLL = {"question": "Mare o monti", "options": "Mare\nMonti"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    commands: list[Command] = []
    monkeypatch.setattr("livesessions.services.games.require_on_air", lambda session: None)
    monkeypatch.setattr("livesessions.services.games.send", lambda session, command: commands.append(command))
    return commands


def test_alice_starts_and_ends_games(
    alice: User, session: LiveSession, client_for: ClientFor, sent: list[Command]
) -> None:
    for path in PATHS:
        assert client_for(alice).post(f"/lives/{session.id}/{path}", POLL).status_code == 302
    assert sent == [StartQuiz(), StartPoll("Mare o monti?", ("Mare", "Monti")), EndGame()]
    assert decode_command(encode_command(sent[1])) == sent[1]


def test_a_poll_with_one_option_is_refused_in_words(
    alice: User, session: LiveSession, client_for: ClientFor, sent: list[Command]
) -> None:
    given = {"question": "Mare", "options": "Mare"}
    page = client_for(alice).post(f"/lives/{session.id}/poll/", given, follow=True).content.decode()
    assert "two options" in page
    assert sent == []


def test_a_poll_that_the_rules_refuse_is_not_sent_and_the_reason_is_said(
    alice: User, session: LiveSession, client_for: ClientFor, sent: list[Command]
) -> None:
    given = {"question": "Chi è la puttana", "options": "Si\nNo"}
    page = client_for(alice).post(f"/lives/{session.id}/poll/", given, follow=True).content.decode()
    assert "Your rules block this text" in page
    assert sent == []


@pytest.mark.parametrize(
    ("refused", "words"),
    [("running", "still running"), ("rules", "rules block"), ("not_running", "could be ended")],
)
def test_the_console_says_why_nothing_came_of_a_game(refused: str, words: str) -> None:
    frames = Frames("en", ZoneInfo("Europe/Rome"))
    game = {"kind": "", "leaders": [], "refused": refused}
    frame = frames.update([{"kind": "game", "game": game}], None)["parts"]["game-state"]
    assert words in frame
    assert "No game is running." not in frame


@pytest.mark.parametrize("path", PATHS)
def test_strangers_and_onlookers_play_nothing(
    bob: User, charlie: User, session: LiveSession, client_for: ClientFor, sent: list[Command], path: str
) -> None:
    assert client_for(charlie).post(f"/lives/{session.id}/{path}", POLL).status_code in (403, 404)
    assert client_for(bob).post(f"/lives/{session.id}/{path}", POLL).status_code == 403
    assert sent == []


def test_the_console_draws_the_game_that_runs() -> None:
    frames = Frames("en", ZoneInfo("Europe/Rome"))
    game = {
        "kind": "poll",
        "phase": "open",
        "seconds_left": 41,
        "question": "Mare o <b>monti</b>?",
        "options": [
            {"text": "Mare", "votes": 3, "percent": 75},
            {"text": "Monti", "votes": 1, "percent": 25},
        ],
        "leaders": [{"name": "Bea", "points": 10}],
    }
    update = frames.update([{"kind": "game", "game": game}], None)
    assert update["game"] == "poll", "the page shows the button that ends it"
    frame = update["parts"]["game-state"]
    assert "41 s" in frame
    assert "3 · 75 %" in frame
    assert "<b>monti" not in frame
    result = {**game, "phase": "closed", "is_over": True}
    update = frames.update([{"kind": "game", "game": result}], None)
    assert "3 · 75 %" in update["parts"]["game-state"], "its result can still be read"
    assert update["game"] == "", "while another game may begin"
