"""A sentence is kept only with quotes that stand in their chunks, and with facts that do."""

import pytest

from knowledge.answers.facts import facts_of, unfounded_facts
from knowledge.answers.quotes import Claim, Dropped, check_claims
from knowledge.answers.topics import topic_of

CHUNKS = {1: "La spedizione in Sicilia\ncosta 7,00 euro.", 2: "Scrivi a info@example.com."}


@pytest.mark.parametrize(
    ("text", "quotes", "reason"),
    [
        ("In Sicilia costa 7 euro.", [(1, "in sicilia costa 7,00 euro")], None),
        ("In Sicilia costa 8 euro.", [(1, "costa 7,00 euro")], Dropped.UNFOUNDED_FACT),
        ("In Sicilia è gratis.", [(1, "è gratis")], Dropped.NOT_A_QUOTE),
        ("In Sicilia costa 7 euro.", [(2, "costa 7,00 euro")], Dropped.NOT_A_QUOTE),
        ("In Sicilia costa 7 euro.", [(9, "costa 7,00 euro")], Dropped.NOT_A_QUOTE),
        ("In Sicilia costa 7 euro.", [(1, "  ")], Dropped.NOT_A_QUOTE),
        ("In Sicilia costa 7 euro.", [], Dropped.NO_QUOTE),
        ("Scrivi a altro@example.com.", [(2, "Scrivi a")], Dropped.UNFOUNDED_FACT),
    ],
)
def test_a_sentence_needs_true_quotes_and_founded_facts(
    text: str, quotes: list[tuple[int, str]], reason: Dropped | None
) -> None:
    kept, dropped = check_claims([Claim(text, tuple(quotes))], CHUNKS)
    assert [why for _text, why in dropped] == ([reason] if reason else [])
    for sentence in kept:
        for quote in sentence.quotes:
            assert CHUNKS[quote.chunk_id][quote.start : quote.end] == quote.text


def test_a_number_is_the_same_in_each_spelling() -> None:
    assert facts_of("1.299,00 €") == facts_of("1299 euro") == facts_of("1,299.00")
    assert unfounded_facts("Costa 12,50 €", "Prezzo: 12.50") == []
    assert unfounded_facts("Costa 12,90 €", "Prezzo: 12.50") == ["12.90"]


@pytest.mark.parametrize(
    ("line", "is_for_documents", "asks_price"),
    [
        ("quanto costa la lampada?", True, True),
        ("spedite in Sicilia?", True, False),
        ("how much is the blue one?", True, True),
        ("wie hoch sind die Versandkosten?", True, False),
        ("ciao come stai?", False, False),
        ("che bella la spedizione, complimenti", False, False),
    ],
)
def test_a_line_is_for_the_documents_when_it_asks_about_the_shop(
    line: str, is_for_documents: bool, asks_price: bool
) -> None:
    topic = topic_of(line)
    assert (topic.is_for_documents, topic.asks_price) == (is_for_documents, asks_price)
