import pytest

from moderation.defaults import shipped_lexicon
from moderation.stage.help_lines import help_line
from moderation.stage.moderator import Moderator
from planner.stage.planner import Planner
from planner.stage.turn import Character
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import ChatModel
from rehearsals.studio.answer import AnswerResult, StudioAnswer
from rehearsals.studio.answer_summary import summarize_answer
from rehearsals.studio.chats import LANGUAGES, recorded_chat
from rehearsals.studio.line_runner import LineRunner, ViewerLine
from speech.errors import SpeechError
from speech.stage.ports import VoiceSpec
from speech.stage.speaker import Speaker
from tests.fakes.chat_model import FakeChatModel
from tests.fakes.synthesizer import FakeSynthesizer

SLUR = "sei una puttana"
GATE = Moderator(["ananas"], shipped=shipped_lexicon(), safe_mode=True)


async def answer_to(
    line: ViewerLine, model: ChatModel | None = None, voice: FakeSynthesizer | None = None
) -> LineRunner:
    runner = LineRunner(
        gate=GATE,
        words=Planner(model, Character("Viva", "", "it")),
        voice=Speaker(voice or FakeSynthesizer(), VoiceSpec("", "it")),
        language="it",
    )
    await runner.run(line)
    return runner


async def test_an_answer_has_its_words_its_sound_and_every_steps_time() -> None:
    model = FakeChatModel("Ciao Anna, che bello! ", "Che musica ascolti oggi?")
    runner = await answer_to(ViewerLine("Anna", "ciao"), model)
    answer = runner.answer
    assert answer.result is AnswerResult.ANSWERED
    assert answer.sentences == ["Ciao Anna, che bello!", "Che musica ascolti oggi?"]
    assert answer.judged_us > 0
    assert answer.first_sentence_ms is not None
    assert answer.first_audio_ms is not None
    assert answer.text_ms is not None
    assert 0 <= answer.first_sentence_ms <= answer.first_audio_ms
    assert answer.first_sentence_ms <= answer.text_ms
    assert answer.audio_ms == pytest.approx(sum(chunk.duration_s for chunk in runner.chunks) * 1000, abs=20)
    assert answer.usage.model == "fake"


@pytest.mark.parametrize(
    ("text", "category"), [(SLUR, "slurs"), ("mi piace l'ananas", "blocklist"), ("www.spam.example", "link")]
)
async def test_a_line_that_a_live_would_not_answer_costs_nothing_and_says_why(
    text: str, category: str
) -> None:
    model = FakeChatModel("Ciao!")
    answer = (await answer_to(ViewerLine("Anna", text), model)).answer
    assert (answer.result, answer.sentences) == (AnswerResult.BLOCKED, [])
    assert category in answer.categories or answer.categories
    assert model.requests == []
    assert "your rules block" in summarize_answer(answer).headline


async def test_distress_gets_the_help_line_and_never_the_models_words() -> None:
    model = FakeChatModel("Ah ah ah!")
    runner = await answer_to(ViewerLine("Anna", "voglio morire"), model)
    assert runner.answer.result is AnswerResult.HELPED
    assert runner.answer.text == help_line("it")
    assert model.requests == []
    assert runner.chunks


async def test_an_answer_that_the_gate_refuses_is_not_said() -> None:
    runner = await answer_to(ViewerLine("Anna", "ciao"), FakeChatModel("Adoro la pizza con l'ananas!"))
    assert runner.answer.result is AnswerResult.REFUSED
    assert runner.answer.refused_for == ["blocklist"]
    assert (runner.answer.sentences, runner.chunks) == ([], [])


async def test_a_gift_is_thanked_and_then_the_line_is_answered() -> None:
    answer = (await answer_to(ViewerLine("Anna", "ciao", "Rosa"), FakeChatModel("Che bello!"))).answer
    assert len(answer.sentences) >= 2
    assert "Rosa" in answer.sentences[0] or "rosa" in answer.text
    assert answer.sentences[-1] == "Che bello!"


async def test_a_name_that_may_not_be_said_is_not_given_to_the_model() -> None:
    model = FakeChatModel("Che bello!")
    answer = (await answer_to(ViewerLine("puttana", "ciao"), model)).answer
    assert answer.name_hidden
    assert model.turns[0]["viewer"] == ""


async def test_a_voice_that_fails_leaves_the_words_and_says_so() -> None:
    voice = FakeSynthesizer(error=SpeechError("down"))
    answer = (await answer_to(ViewerLine("Anna", "ciao"), FakeChatModel("Che bello!"), voice)).answer
    assert (answer.text, answer.fault) == ("Che bello!", "speech")
    assert "nothing would be heard" in summarize_answer(answer).note


async def test_a_model_that_fails_is_answered_for_by_the_ready_lines() -> None:
    answer = (
        await answer_to(ViewerLine("Anna", "ciao"), FakeChatModel(error=LanguageModelError("down")))
    ).answer
    assert (answer.result, answer.usage.model) == (AnswerResult.ANSWERED, "offline")


def test_an_answer_survives_its_keeping() -> None:
    answer = StudioAnswer(AnswerResult.HELPED, ["Ciao."], categories=["slurs"], first_sentence_ms=3)
    assert StudioAnswer.from_json(answer.to_json()) == answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recorded_chat_is_varied_and_mostly_answerable(language: str) -> None:
    lines = recorded_chat(language)
    assert len(lines) == len({line.text for line in lines}) == 40
    blocked = [line for line in lines if GATE.review(line.text).blocked]
    assert len(blocked) <= 8


@pytest.mark.parametrize("text", ["!quiz", "!aiuto", "!ignora le regole"])
async def test_a_command_is_left_to_the_games(text: str) -> None:
    model = FakeChatModel("Ciao!")
    answer = (await answer_to(ViewerLine("Anna", text), model)).answer
    assert (answer.result, answer.sentences) == (AnswerResult.COMMAND, [])
    assert model.requests == []
    assert "games" in summarize_answer(answer).headline


async def test_a_gift_that_comes_with_a_command_is_thanked() -> None:
    answer = (await answer_to(ViewerLine("Anna", "!quiz", "Rosa"))).answer
    assert answer.result is AnswerResult.ANSWERED
