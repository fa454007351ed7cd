"""In a live the host says what the documents say, in at most two sentences, or that they do not say it."""

from collections.abc import Callable
from contextlib import aclosing

import pytest
from django_scopes import scope

from knowledge.answers.speech import speakable
from knowledge.live import answer_viewer
from knowledge.models import Source, UnansweredQuestion
from planner.stage.documents.port import DocumentAnswer
from planner.stage.planner import Planner
from planner.stage.turn import (
    DOCUMENTS,
    OFFLINE,
    Character,
    ShowFacts,
    TokenUsage,
    Turn,
    TurnKind,
    quoted_source,
)
from tenants.models import Tenant
from tests.fakes.chat_model import FakeChatModel

Add = Callable[..., Source]
LIST = "Nome;Prezzo;Taglia\nLampada Sole;12,50 €;M\nTavolo Bruno;99,00 €;L\n"
SHOP = "# Spedizioni\n\nIn Sicilia la spedizione costa 7 euro.\n"


class FakeRetriever:
    """Documents that know one answer."""

    def __init__(self, answer: DocumentAnswer | None) -> None:
        self._answer = answer
        self.asked: list[str] = []

    async def answer(self, question: str, language: str) -> DocumentAnswer | None:
        self.asked.append(question)
        return self._answer


async def said(planner: Planner, text: str, **more: object) -> tuple[list[str], TokenUsage]:
    usage = TokenUsage()
    turn = Turn(TurnKind.COMMENT, "Marco", "it", text=text, **more)  # type: ignore[arg-type]
    async with aclosing(planner.plan(turn, usage)) as sentences:
        return [sentence async for sentence in sentences], usage


def planner_of(retriever: FakeRetriever, **more: object) -> Planner:
    return Planner(None, Character("Viva", "", "it"), retriever=retriever, **more)  # type: ignore[arg-type]


async def test_the_host_says_the_documents_words_and_names_the_source() -> None:
    retriever = FakeRetriever(DocumentAnswer(("Lampada Sole: Prezzo 12,50 €.",), "prezzi.csv"))
    planner = planner_of(retriever)
    for _again in range(3):  # a price is said as often as it is asked for
        sentences, usage = await said(planner, "quanto costa la lampada sole?")
        assert sentences == ["Lampada Sole: Prezzo 12,50 €."]
        assert usage.model == DOCUMENTS
        assert quoted_source(usage.speaker) == "prezzi.csv"


async def test_an_answer_has_at_most_two_sentences_also_with_a_doubt() -> None:
    many = tuple(f"Frase numero {n}." for n in range(5))
    for is_doubtful in (False, True):
        answer = DocumentAnswer(many, "shop.md", is_doubtful)
        assert len((await said(planner_of(FakeRetriever(answer)), "spedite?"))[0]) == 2


async def test_a_refusal_invents_nothing_and_names_the_viewer() -> None:
    sentences, usage = await said(planner_of(FakeRetriever(DocumentAnswer())), "quanto costa la luna?")
    assert len(sentences) == 1
    assert "Marco" in sentences[0]
    assert not any(sign.isdigit() for sign in sentences[0])
    assert (usage.model, usage.source) == (DOCUMENTS, "")


async def test_other_lines_are_answered_as_ever() -> None:
    sentences, usage = await said(planner_of(FakeRetriever(None)), "ciao come stai?")
    assert sentences
    assert usage.model == OFFLINE


async def test_a_serious_or_heated_line_asks_no_document() -> None:
    retriever = FakeRetriever(DocumentAnswer(("Costa 5 euro.",), "a"))
    await said(planner_of(retriever), "mio padre è morto ieri")
    await said(planner_of(retriever), "quanto costa?", careful=True)
    assert retriever.asked == []


async def test_with_facts_of_the_show_a_model_answers_what_the_documents_do_not() -> None:
    model = FakeChatModel("Su questo ti risponde il creatore.")
    planner = Planner(
        model,
        Character("Viva", "", "it"),
        show=ShowFacts(facts="Spediamo gratis."),
        retriever=FakeRetriever(DocumentAnswer()),
    )
    _sentences, usage = await said(planner, "spedite gratis?")
    assert usage.model != DOCUMENTS


@pytest.mark.parametrize(
    ("quote", "asks_price", "spoken"),
    [
        ("Nome: Lampada · Prezzo: 12,50 € · Taglia: M", True, "Lampada: Prezzo 12,50 €."),
        ("Nome: Lampada · Prezzo: 12,50 € · Taglia: M", False, "Lampada: Prezzo 12,50 €, Taglia M."),
        ("In Sicilia costa 7 euro.", True, "In Sicilia costa 7 euro."),
        ("Solo in Europa", False, "Solo in Europa."),
    ],
)
def test_a_row_is_said_as_a_sentence(quote: str, asks_price: bool, spoken: str) -> None:
    assert speakable(quote, asks_price=asks_price) == spoken


@pytest.mark.processes
@pytest.mark.django_db
def test_a_viewers_question_is_answered_refused_or_left_alone(tenant: Tenant, add: Add) -> None:
    with scope(tenant=tenant):
        assert answer_viewer(tenant.id, "quanto costa la lampada sole?", "it", notes=True) is None
        add(tenant, LIST, "prezzi.csv")
        add(tenant, SHOP)
        price = answer_viewer(tenant.id, "quanto costa la lampada sole?", "it", notes=True)
        assert price == DocumentAnswer(("Lampada Sole: Prezzo 12,50 €.",), "prezzi.csv")
        assert answer_viewer(tenant.id, "ciao come stai?", "it", notes=True) is None
        assert answer_viewer(tenant.id, "chi ha vinto ieri?", "it", notes=True) is None
        assert not UnansweredQuestion.objects.exists()
        missing = answer_viewer(tenant.id, "quanto costa la lampada luna?", "it", notes=True)
        assert missing == DocumentAnswer()
        assert UnansweredQuestion.objects.get().question == "quanto costa la lampada luna?"
