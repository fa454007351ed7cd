"""Chunks are found for a question, in the question's workspace only, and never after their deletion."""

from collections.abc import Callable

import pytest
from django_scopes import scope, scopes_disabled

from knowledge.answering import answer_question
from knowledge.models import Chunk, Source
from knowledge.search import CACHE, search
from knowledge.services.sources import delete_source
from tenants.models import Tenant

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
Add = Callable[..., Source]

SHOP = """# Spedizioni

Spediamo in tutta Italia con corriere. In Sicilia e Sardegna la spedizione costa 7 euro.
Sopra i 50 euro è gratuita.

# Resi

Puoi restituire un prodotto entro 30 giorni dalla consegna. Il rimborso arriva in una settimana.

# Pagamenti

Accettiamo carte, PayPal e contrassegno.
"""
PRICES = "Nome;Prezzo;Taglia\nLampada Sole;12,50 €;M\nLampada Stella;19,90 €;M\nTavolo Bruno;99,00 €;L\n"


def texts(tenant: Tenant, question: str) -> list[str]:
    with scope(tenant=tenant):
        return [found.chunk.text for found in search(tenant.id, question)]


def answer(tenant: Tenant, question: str) -> str:
    with scope(tenant=tenant):
        return answer_question(tenant.id, question).answer.text


def test_the_part_that_answers_comes_first(tenant: Tenant, add: Add) -> None:
    add(tenant, SHOP)
    assert "Sicilia" in texts(tenant, "quanto costa la spedizione in Sicilia?")[0]
    assert "30 giorni" in texts(tenant, "posso restituire un prodotto?")[0]
    assert "PayPal" in texts(tenant, "si può pagare con paypal")[0]
    assert "Sicilia" in texts(tenant, "spedizzione in Sicila")[0], "also with letters left out"


@pytest.mark.parametrize("question", ["", "   ", "\0", "?!", "'", "\\", "' OR 1=1 --", "a" * 5_000, "🙂🙂"])
def test_any_question_may_be_asked(tenant: Tenant, add: Add, question: str) -> None:
    add(tenant, SHOP)
    assert isinstance(texts(tenant, question), list)


def test_another_workspace_finds_nothing_of_it(tenant: Tenant, other_tenant: Tenant, add: Add) -> None:
    add(tenant, "Il codice segreto è CANARINO-7781.")
    add(other_tenant, "Qui si parla d'altro.")
    assert texts(tenant, "CANARINO-7781")
    assert not any("CANARINO" in text for text in texts(other_tenant, "CANARINO-7781 codice segreto"))
    # Nor with an index that holds the other's ids, as if a cache had mixed them up.
    with scopes_disabled():
        CACHE._indexes[other_tenant.id] = (CACHE._indexes[other_tenant.id][0], CACHE.index_of(tenant.id))
    assert texts(other_tenant, "CANARINO-7781") == []


def test_what_is_deleted_is_never_found_again_not_even_by_an_old_index(tenant: Tenant, add: Add) -> None:
    sources = [
        add(tenant, f"Il canarino numero {n} canta la sigla ZX{n:03d}.", f"{n}.txt") for n in range(20)
    ]
    with scope(tenant=tenant):
        assert all(texts(tenant, f"ZX{n:03d}") for n in range(20))
        old = CACHE._indexes[tenant.id]
        for source in sources:
            assert delete_source(source=source) is not None
        for n in range(20):
            assert texts(tenant, f"ZX{n:03d} canarino") == []
            assert answer(tenant, f"Che sigla canta il canarino ZX{n:03d}?") == ""
        CACHE._indexes[tenant.id] = (old[0] + 20, old[1])
        assert all(texts(tenant, f"ZX{n:03d}") == [] for n in range(20))
        assert not Chunk.objects.exists()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("quanto costa la spedizione in Sicilia?", "In Sicilia e Sardegna la spedizione costa 7 euro."),
        ("Ciao, quanto costa la Lampada Sole?", "Nome: Lampada Sole · Prezzo: 12,50 € · Taglia: M"),
        ("prezzo del tavolo bruno?", "Nome: Tavolo Bruno · Prezzo: 99,00 € · Taglia: L"),
        (
            "entro quanti giorni posso restituire un prodotto?",
            "Puoi restituire un prodotto entro 30 giorni dalla consegna.",
        ),
        ("accettate PayPal?", "Accettiamo carte, PayPal e contrassegno."),
    ],
)  # fmt: skip
def test_an_answer_is_a_sentence_of_a_source_word_for_word(
    tenant: Tenant, add: Add, question: str, expected: str
) -> None:
    add(tenant, SHOP)
    add(tenant, PRICES, "prezzi.csv")
    with scope(tenant=tenant):
        reply = answer_question(tenant.id, question)
    assert reply.answer.text == expected
    (quote,) = reply.answer.sentences[0].quotes
    with scope(tenant=tenant):
        assert Chunk.objects.get(id=quote.chunk_id).text[quote.start : quote.end] == quote.text


@pytest.mark.parametrize(
    "question",
    [
        "quanto costa la Lampada Luna?",
        "quanto costa il divano?",
        "quanto costa la spedizione in Giappone?",
        "avete un negozio a Milano?",
        "chi ha vinto il campionato nel 1990?",
    ],
)
def test_what_no_source_says_is_refused(tenant: Tenant, add: Add, question: str) -> None:
    add(tenant, SHOP)
    add(tenant, PRICES, "prezzi.csv")
    assert answer(tenant, question) == ""


def test_nothing_is_answered_without_a_source(tenant: Tenant) -> None:
    assert answer(tenant, "quanto costa la spedizione?") == ""
