"""What the host answers without a language model about the live itself, the show and its own tastes."""

from contextlib import aclosing

import pytest

from planner.stage.games.games import GameRules, Games
from planner.stage.live_facts.tastes import chosen_option
from planner.stage.planner import Planner
from planner.stage.turn import Character, RoomFacts, ShowFacts, TokenUsage, Turn, TurnKind

FACTS = "The cap costs 20 euros.\nLive every Friday at 9 pm."
SHOW = ShowFacts("Alice's evening", FACTS, "@alice", "Europe/Rome")
ROOM = RoomFacts(viewers=120, game="quiz", leader="Anna", points=3)
BEGAN_S = 1_000_000.0  # Monday 12 January 1970, 14:46 in Rome


class FakeClock:
    def __init__(self) -> None:
        self.now_s = BEGAN_S

    def __call__(self) -> float:
        return self.now_s


async def answer_of(planner: Planner, text: str, language: str, room: RoomFacts = ROOM) -> str:
    turn = Turn(TurnKind.COMMENT, "marco", language, text=text, room=room)
    async with aclosing(planner.plan(turn, TokenUsage())) as sentences:
        return " ".join([sentence async for sentence in sentences])


@pytest.mark.parametrize(
    ("language", "text", "known"),
    [
        ("it", "quanti siete?", "120"),
        ("en", "how many people are watching?", "120"),
        ("de", "wie viele schauen zu?", "120"),
        ("it", "che ore sono?", "16:51"),
        ("en", "what time is it?", "16:51"),
        ("de", "wie spät ist es?", "16:51"),
        ("it", "da quanto sei in live?", "2 ore e 5 minuti"),
        ("en", "how long have you been live?", "2 hours and 5 minutes"),
        ("de", "wie lange bist du schon live?", "2 Stunden und 5 Minuten"),
        ("it", "che giorno è?", "lunedì 12 gennaio"),
        ("en", "what day is it?", "Monday, January 12"),
        ("de", "welcher tag ist heute?", "Montag, der 12. Januar"),
        ("it", "chi sta vincendo?", "Anna"),
        ("en", "who is winning?", "Anna"),
        ("de", "wer führt?", "Anna"),
        ("en", "how much is the cap?", "The cap costs 20 euros."),
        ("en", "when is the next live?", "Live every Friday at 9 pm."),
        ("en", "who runs this?", "@alice"),
    ],
)
async def test_the_host_answers_with_what_is_so(language: str, text: str, known: str) -> None:
    clock = FakeClock()
    planner = Planner(None, Character("Viva", "", language), show=SHOW, now_s=clock)
    clock.now_s += 125 * 60
    assert known in await answer_of(planner, text, language)


async def test_the_running_game_is_named() -> None:
    planner = Planner(None, Character("Viva", "", "en"), show=SHOW)
    said = (await answer_of(planner, "which game is this?", "en")).casefold()
    assert "quiz" in said or "question" in said


async def test_what_nobody_knows_is_not_made_up() -> None:
    planner = Planner(None, Character("Viva", "", "en"))
    for text in ("how many people are watching?", "who is winning?", "what time is it?"):
        said = await answer_of(planner, text, "en", RoomFacts())
        assert said
        assert not any(letter.isdigit() for letter in said)


@pytest.mark.parametrize("seed", range(5))
def test_a_choice_is_the_same_however_it_is_turned(seed: int) -> None:
    one, other = chosen_option("sea or mountains?", seed), chosen_option("the mountains or the sea?", seed)
    assert {one, other} == {"first", "second"}


async def test_a_taste_is_the_same_all_through_a_live_also_for_the_next_worker() -> None:
    clock = FakeClock()
    planner = Planner(None, Character("Viva", "", "it"), seed=3, now_s=clock)
    first = await answer_of(planner, "qual è il tuo colore preferito?", "it")
    following = Planner(None, Character("Viva", "", "it"), seed=3, now_s=clock)
    following.restore(planner.snapshot())
    second = await answer_of(following, "colore preferito?", "it")
    colours = ("turchese", "arancione", "blu notte", "verde menta", "viola")
    assert (
        [colour for colour in colours if colour in first]
        == [colour for colour in colours if colour in second]
        != []
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [("it", "facciamo un gioco?"), ("en", "let's play a game"), ("de", "spielen wir was?")],
)
def test_who_asks_for_a_game_in_words_gets_one(language: str, text: str) -> None:
    games = Games(GameRules(language))
    assert games.hear("what a day", "id-1", "Anna", "", 1.0).consumed is False
    assert games.hear(text, "id-1", "Anna", "", 2.0).consumed is True
    assert games.kind == "quiz"
