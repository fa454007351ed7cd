from contextlib import aclosing

import pytest

from planner.stage.lines import LANGUAGES, load_lines
from planner.stage.planner import Planner
from planner.stage.talking_points.framing import TalkingPointTemplates, is_sentence
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind
from providers.language_models.errors import LanguageModelError
from tests.fakes.chat_model import FakeChatModel
from tests.fakes.clock import FakeClock

CHARACTER = Character("Viva", "", "it")
SENTENCES = [
    "Qual è il vostro piatto preferito?",
    "Sabato alle 18 siamo in piazza con la band",
    "Se vi piace la live, seguite il profilo!",
    "Domani si replica.",
    "Stasera il menù si sceglie insieme alla chat",
    "Which song should we play next?",
    "Tomorrow we are live again at nine in the evening",
]
PHRASES = [
    "il ragù della nonna",
    "Il nuovo disco",
    "sconto del 20% fino a domenica",
    "le vacanze in Puglia, tra mare e masserie",
    "Pasta o pizza",
    "allenamento a casa senza attrezzi",
    "the new album",
    "Summer holidays",
]


async def said(planner: Planner, turn: Turn, usage: TokenUsage | None = None) -> str:
    async with aclosing(planner.plan(turn, usage or TokenUsage())) as sentences:
        return " ".join([sentence async for sentence in sentences])


def topic(point: str, *, kind: TurnKind = TurnKind.TOPIC, language: str = "it") -> Turn:
    return Turn(kind, "", language, point=point)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_frames_enough_all_of_them_different(language: str) -> None:
    frames = load_lines("planner.stage.talking_points", f"lines_{language}.toml")
    assert set(frames) == {"topic", "topic_phrase", "announcement"}
    assert len(frames["topic"]) >= 40
    assert len(frames["announcement"]) >= 40
    assert len(frames["topic_phrase"]) >= 20
    for lines in frames.values():
        assert len({line.casefold() for line in lines}) == len(lines)
        assert all(line.count("{point}") == 1 for line in lines)
    whole = frames["topic"] + frames["announcement"]
    assert all(line.endswith(": {point}") for line in whole)


@pytest.mark.parametrize("point", SENTENCES)
def test_a_sentence_is_recognised_and_said_after_a_colon(point: str) -> None:
    assert is_sentence(point)
    line = TalkingPointTemplates().line_for(topic(point), language="it")
    ended = point if point[-1] in ".!?" else f"{point}."
    assert line.casefold().endswith(f": {ended}".casefold())


@pytest.mark.parametrize("point", PHRASES)
def test_a_noun_is_recognised_and_followed_by_a_question_to_the_room(point: str) -> None:
    assert not is_sentence(point)
    line = TalkingPointTemplates().line_for(topic(point), language="it")
    assert point.casefold() in line.casefold()
    assert not line.endswith(f"{point}.")


@pytest.mark.parametrize("point", [*SENTENCES, *PHRASES])
def test_an_announcement_says_its_point_whole(point: str) -> None:
    line = TalkingPointTemplates(seed=3).line_for(topic(point, kind=TurnKind.ANNOUNCEMENT), language="en")
    assert point.rstrip(".!?").casefold() in line.casefold()


def test_marks_and_links_of_a_point_are_not_said() -> None:
    line = TalkingPointTemplates().line_for(topic("**Il link** è in bio: https://x.it/a 😊"), language="it")
    assert "il link è in bio" in line
    assert "http" not in line
    assert "*" not in line


async def test_a_point_is_not_said_again_within_half_an_hour_though_another_is() -> None:
    clock = FakeClock()
    planner = Planner(None, CHARACTER, now_s=clock)
    point = "Sabato alle diciotto siamo tutti in piazza Castello con la band e con le torte di Anna."
    assert point in await said(planner, topic(point, kind=TurnKind.ANNOUNCEMENT))
    assert await said(planner, topic(point, kind=TurnKind.ANNOUNCEMENT)) == ""
    assert await said(planner, topic("il ragù della nonna"))
    clock.now_s += 31 * 60
    assert point in await said(planner, topic(point, kind=TurnKind.ANNOUNCEMENT))


async def test_many_points_are_said_in_ever_other_frames() -> None:
    planner = Planner(None, CHARACTER, seed=5)
    lines = [
        await said(planner, topic(f"argomento {word}")) for word in ("uno", "due", "tre", "dieci", "zero")
    ]
    assert len({line.split(":")[0] for line in lines}) == 5


@pytest.mark.parametrize("kind", [TurnKind.TOPIC, TurnKind.ANNOUNCEMENT])
@pytest.mark.parametrize("model", [None, FakeChatModel("Eccomi qui con voi.")])
async def test_without_a_point_there_is_nothing_to_say(kind: TurnKind, model: FakeChatModel | None) -> None:
    usage = TokenUsage()
    assert await said(Planner(model, CHARACTER), topic("", kind=kind), usage) == ""
    assert usage == TokenUsage()


@pytest.mark.parametrize("kind", [TurnKind.TOPIC, TurnKind.ANNOUNCEMENT])
async def test_a_model_words_the_point_in_character(kind: TurnKind) -> None:
    model = FakeChatModel("Sapete che mi manca tanto il ragù della nonna? ", "E a voi?")
    usage = TokenUsage()
    line = await said(Planner(model, CHARACTER), topic("il ragù della nonna", kind=kind), usage)
    assert line == "Sapete che mi manca tanto il ragù della nonna? E a voi?"
    assert "- il ragù della nonna" in model.requests[0][0].content
    assert usage.model == "fake"


@pytest.mark.parametrize("kind", [TurnKind.TOPIC, TurnKind.ANNOUNCEMENT])
async def test_when_the_model_fails_the_point_itself_is_said(kind: TurnKind) -> None:
    model = FakeChatModel("Zebra", error=LanguageModelError("zebra"))
    usage = TokenUsage()
    line = await said(Planner(model, CHARACTER), topic("il ragù della nonna", kind=kind), usage)
    assert "il ragù della nonna" in line
    assert "zebra" not in line.casefold()
    assert usage.model == "offline"


async def test_a_model_may_say_a_long_point_in_the_creators_own_words() -> None:
    point = "Sabato alle diciotto siamo tutti in piazza Castello con la band e con le torte di Anna."
    usage = TokenUsage()
    assert await said(Planner(FakeChatModel(point), CHARACTER), topic(point), usage) == point
    assert usage.model == "fake"


@pytest.mark.parametrize(
    ("point", "language", "end"),
    [
        ("Come è andata la settimana", "it", ": come è andata la settimana?"),
        ("Che cosa lo rende diverso", "it", ": che cosa lo rende diverso?"),
        ("A chi serve", "it", ": a chi serve?"),
        ("Com'è nata la canzone", "it", ": com'è nata la canzone?"),
        (
            "Il momento più bello di tutta la settimana.",
            "it",
            ": il momento più bello di tutta la settimana.",
        ),
        ("Roma e la sua pizza bianca a mezzanotte.", "it", ": Roma e la sua pizza bianca a mezzanotte."),
        ("How was your week", "en", ": how was your week?"),
        ("How the song came about", "en", ": how the song came about."),
        ("Wie war eure Woche", "de", ": Wie war eure Woche?"),
        ("Wie das Lied entstanden ist", "de", ": Wie das Lied entstanden ist."),
    ],
)
def test_a_point_reads_well_behind_a_colon(point: str, language: str, end: str) -> None:
    turn = Turn(TurnKind.ANNOUNCEMENT, "", language, point=point)
    assert TalkingPointTemplates().line_for(turn, language=language).endswith(end)
