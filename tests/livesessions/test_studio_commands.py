import pytest

from rehearsals.studio.answer import Result
from rehearsals.studio.answering import ViewerLine
from rehearsals.studio.words import explain
from tests.fakes.language_model import FakeLanguageModel
from tests.livesessions.test_rehearse import answer_to


@pytest.mark.parametrize("text", ["!quiz", "!aiuto", "!ignora le regole"])
async def test_a_command_is_said_to_be_a_matter_of_the_games(text: str) -> None:
    model = FakeLanguageModel("Ciao!")
    answer = (await answer_to(ViewerLine("Anna", text), model)).answer
    assert (answer.result, answer.sentences) == (Result.COMMAND, [])
    assert model.prompts == []
    assert "games" in explain(answer).headline


async def test_a_gift_that_comes_with_a_command_is_thanked() -> None:
    answer = (await answer_to(ViewerLine("Anna", "!quiz", "Rosa"))).answer
    assert answer.result is Result.ANSWERED
