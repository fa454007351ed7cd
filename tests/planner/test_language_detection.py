"""The language of a chat line: 60 short lines in each of six languages."""

import pytest

from planner.stage.language_detection import LANGUAGES, UNKNOWN, detect_language
from planner.stage.planner import Planner
from planner.stage.turn import Character, ReplyLanguage, TokenUsage, Turn, TurnKind
from tests.architecture.sources import ROOT
from tests.fakes.chat_model import FakeChatModel

LINES = {
    language: (ROOT / f"tests/planner/languages/{language}.txt").read_text(encoding="utf-8").splitlines()
    for language in LANGUAGES
}


@pytest.mark.parametrize("likely", ["", "it", "en", "de"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nine_of_ten_short_lines_are_recognised_and_hardly_one_is_taken_for_another(
    language: str, likely: str
) -> None:
    assert len(set(LINES[language])) == 60
    found = [detect_language(line, likely).code for line in LINES[language]]
    assert found.count(language) >= 54
    assert found.count(language) + found.count(UNKNOWN) >= 58


@pytest.mark.parametrize(
    "line",
    [
        "",
        "😂😂😂",
        "lol",
        "hahahaha",
        "12345",
        "ok",
        "@anna",
        "https://x.it",
        "привет всем",
        "今日は",
        "مرحبا",
        "k",
    ],
)
def test_a_line_without_a_language_is_unknown(line: str) -> None:
    assert detect_language(line).code == UNKNOWN


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("CIAO A TUTTI", "it"),
        ("ciaooooo raga", "it"),
        ("  Danke!! 😊 ", "de"),
        ("thanks @anna", "en"),
        ("é verdade", "pt"),
    ],
)
def test_spelling_of_the_chat_does_not_matter(line: str, language: str) -> None:
    assert detect_language(line).code == language


def character(reply_language: ReplyLanguage) -> Character:
    return Character("Viva", "", "it", reply_language=reply_language)


async def answer_to(planner: Planner, text: str) -> str:
    turn = Turn(TurnKind.COMMENT, "", "it", text=text)
    return " ".join([sentence async for sentence in planner.plan(turn, TokenUsage())])


@pytest.mark.parametrize(
    ("reply_language", "text", "language"),
    [
        (ReplyLanguage.VIEWER, "how are you today?", "en"),
        (ReplyLanguage.VIEWER, "come stai oggi?", "it"),
        (ReplyLanguage.VIEWER, "lol", "it"),
        (ReplyLanguage.SHOW, "how are you today?", "it"),
    ],
)
async def test_without_a_model_the_viewers_language_is_spoken_where_there_are_lines_in_it(
    reply_language: ReplyLanguage, text: str, language: str
) -> None:
    planner = Planner(None, character(reply_language))
    said = " ".join([await answer_to(planner, text) for _ in range(3)])
    assert detect_language(said).code == language


async def test_a_model_is_asked_to_answer_in_the_language_of_the_line() -> None:
    model = FakeChatModel("Je vais bien, merci !")
    planner = Planner(model, character(ReplyLanguage.VIEWER))
    assert await answer_to(planner, "comment ça va aujourd'hui ?") == "Je vais bien, merci!"
    assert "French" in model.requests[0][0].content


@pytest.mark.parametrize(
    ("asked", "sentence", "spoken"),
    [
        ("how are you today?", "I am fine, and how are you?", "en"),
        (
            "how are you today?",
            "Sto bene, grazie, e tu come stai?",
            "",
        ),  # answered in the show's all the same
        ("how are you today?", "Marta!", "en"),
        ("wie geht es dir heute?", "Mir geht es gut, danke der Nachfrage!", "de"),
        ("comment ça va aujourd'hui ?", "Je vais bien, merci !", "fr"),
        ("comment ça va aujourd'hui ?", "Ciao, benvenuta nella diretta!", ""),
        ("come stai oggi?", "Sto bene, grazie!", ""),
        ("lol", "Che bello avervi qui!", ""),
    ],
)
def test_a_reply_is_spoken_in_the_language_of_its_sentence(asked: str, sentence: str, spoken: str) -> None:
    turn = Turn(TurnKind.COMMENT, "", "it", text=asked)
    assert Planner(None, character(ReplyLanguage.VIEWER)).language_of(turn, sentence) == spoken
    assert Planner(None, character(ReplyLanguage.SHOW)).language_of(turn, sentence) == ""


def test_what_answers_no_comment_is_in_the_shows_language() -> None:
    thanks = Turn(TurnKind.GIFT, "Anna", "it", gift_name="Rose")
    assert (
        Planner(None, character(ReplyLanguage.VIEWER)).language_of(thanks, "Thank you so much, Anna!") == ""
    )


async def test_a_foreign_abbreviation_does_not_end_the_models_sentence() -> None:
    planner = Planner(FakeChatModel("Ich mag z.B. Pizza. Und du?"), character(ReplyLanguage.VIEWER))
    turn = Turn(TurnKind.COMMENT, "", "it", text="was ist dein Lieblingsessen?")
    assert [sentence async for sentence in planner.plan(turn, TokenUsage())] == [
        "Ich mag z.B. Pizza.",
        "Und du?",
    ]
