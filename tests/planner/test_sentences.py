import pytest

from planner.stage.sentences import SentenceChunker, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ciao! Come va? Tutto bene.", ["Ciao!", "Come va?", "Tutto bene."]),
        (
            "Il sig. Rossi e il dott. Bianchi salutano. Fine",
            ["Il sig. Rossi e il dott. Bianchi salutano.", "Fine"],
        ),
        ("Dr. Smith and Mrs. Jones came. They left.", ["Dr. Smith and Mrs. Jones came.", "They left."]),
        ("Sono 3.5 euro, anzi 1.000. Davvero", ["Sono 3.5 euro, anzi 1.000.", "Davvero"]),
        ("Beh... non so. Forse", ["Beh... non so.", "Forse"]),
        ("Vediamo… Ecco!", ["Vediamo…", "Ecco!"]),
        ("Wow!!! Davvero?! Sì.", ["Wow!!!", "Davvero?!", "Sì."]),
        ('Ha detto "ciao." Poi è andato.', ['Ha detto "ciao."', "Poi è andato."]),
        ("«Che bello!» Lo dico anch'io.", ["«Che bello!»", "Lo dico anch'io."]),
        ("Ciao!😊 Come va? 😊 Bene", ["Ciao!😊", "Come va?", "😊 Bene"]),
        ("Bene. 5 rose!", ["Bene.", "5 rose!"]),
        ("uno\ndue\n\ntre", ["uno", "due", "tre"]),
        ("Frutta ecc. e poi basta. Ciao", ["Frutta ecc. e poi basta.", "Ciao"]),
        ("Lo ha scritto J. R. R. Tolkien. Bello!", ["Lo ha scritto J. R. R. Tolkien.", "Bello!"]),
        ("No. Non lo so.", ["No.", "Non lo so."]),
        ("Ciao!Come va", ["Ciao!", "Come va"]),
        ("1. Prima cosa. Seconda", ["1. Prima cosa.", "Seconda"]),
        ("*ride. Forte* Ciao. Bene.", ["*ride. Forte* Ciao.", "Bene."]),
        ("Vai su www.sito.it/pag e torna. Ciao", ["Vai su www.sito.it/pag e torna.", "Ciao"]),
        ("一。二！", ["一。", "二！"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_falls_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_it_makes_no_difference_how_the_text_is_cut_into_pieces() -> None:
    text = "Ciao a tutti! Il sig. Rossi ha 3.5 anni… Forse. *ride. Forte* «Sì.» Bene?\nFine"
    for size in range(1, len(text) + 1):
        chunker = SentenceChunker()
        sentences = []
        for start in range(0, len(text), size):
            sentences += chunker.push(text[start : start + size])
        assert sentences + chunker.flush() == split_sentences(text)


def test_a_sentence_comes_out_as_soon_as_it_is_known_to_be_over() -> None:
    chunker = SentenceChunker()
    assert chunker.push("Ciao!") == []
    assert chunker.push(" ") == ["Ciao!"]
    assert chunker.push("Bene. ") == []
    assert chunker.push("T") == ["Bene."]
    assert chunker.pending == "T"


def test_an_aside_that_never_closes_does_not_hold_the_text_back_for_ever() -> None:
    assert len(split_sentences("(Ah, " + "che bello. Sì, " * 40)) > 1


def test_ten_thousand_characters_without_an_end_stay_pending() -> None:
    chunker = SentenceChunker()
    assert chunker.push("a" * 10_000) == []
    assert chunker.flush() == ["a" * 10_000]
    assert chunker.pending == ""
