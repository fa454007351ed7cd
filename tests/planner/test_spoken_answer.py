import pytest

from billing.prices import price_book
from planner.stage.spoken_answer import MAX_UNBROKEN_CHARACTERS, SpokenAnswerCheck
from planner.stage.turn import TokenUsage
from providers.language_models.errors import LanguageModelError
from providers.language_models.ports import Usage


def usable_after(*pieces: str) -> list[bool]:
    check = SpokenAnswerCheck()
    return [*(check.push(piece) for piece in pieces), check.finish()]


@pytest.mark.parametrize(
    ("pieces", "usable"),
    [
        (("Ciao ", "Marco! ", "E poi"), [False, True, True, True]),
        (("Ciao Marco",), [False, True]),
        (("😂! ", "Eccomi qui. ", "E poi"), [False, False, True, True]),
        (("😂", "\n\n", "..."), [False, False, False, False]),
        (("https://x.it",), [False, False]),
        ((), [False]),
    ],
)
def test_an_answer_is_usable_from_its_first_sentence_that_can_be_spoken(
    pieces: tuple[str, ...], usable: list[bool]
) -> None:
    assert usable_after(*pieces) == usable


@pytest.mark.parametrize("begun", [(), ("Ciao Marco! ",)])
def test_a_sentence_without_an_end_is_an_error_also_later_on(begun: tuple[str, ...]) -> None:
    check = SpokenAnswerCheck()
    for piece in begun:
        check.push(piece)
    check.push("x" * (MAX_UNBROKEN_CHARACTERS - 100))
    with pytest.raises(LanguageModelError):
        check.push("x" * 101)


def test_a_replys_usage_adds_up_all_requests() -> None:
    usage = TokenUsage()
    asked = Usage("openai", "gpt-4o-mini", 1_000, 100, is_estimated=False)
    usage.add([asked, asked], price_book())
    assert (usage.prompt_tokens, usage.completion_tokens) == (2_000, 200)
    assert usage.cost_usd == pytest.approx(0.00042)
