import pytest

from speech.stage.clauses import SHORTEST, split_for_voice


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "Ciao Marco, benvenuto in diretta, oggi parliamo di viaggi.",
            ["Ciao Marco, benvenuto in diretta,", "oggi parliamo di viaggi."],
        ),
        (
            "Questa è la storia – quella vera – di una sera d'estate.",
            ["Questa è la storia,", "quella vera – di una sera d'estate."],
        ),
        (
            "Oggi parliamo di mare e di viaggi. Scrivetemi dove andreste. E poi si gioca tutti insieme!",
            [
                "Oggi parliamo di mare e di viaggi.",
                "Scrivetemi dove andreste.",
                "E poi si gioca tutti insieme!",
            ],
        ),
        ("Ma che bella domanda, grazie.", ["Ma che bella domanda, grazie."]),
    ],
)
def test_a_line_is_cut_at_its_first_pause_and_then_at_its_sentences(text: str, pieces: list[str]) -> None:
    assert split_for_voice(text)[: len(pieces)] == pieces


@pytest.mark.parametrize(
    "text",
    [
        "Questo bel libro di cucina costa 3,5 euro e lo trovate sul sito del negozio",
        "I numeri estratti stasera sono 12, 13, 14 e basta così per oggi amici miei",
        "Vorrei che salutaste tutti insieme il dott. Rossi arrivato qui stasera con noi",
        "Un grande saluto a Giovanna, Annalisa, Luca e a tutti gli altri che ci seguono",
        "Ve lo dico chiaramente (davvero, ve lo giuro) che questa sera si balla",
        "Un libro bellissimo di J. K. Rowling che tutti quanti dovreste leggere",
        "Our very special guest of tonight is the No. 1 fan of this whole show",
        "Das waren heute Abend in diesem Stream ca. 500 Leute aus der ganzen Welt",
    ],
)
def test_nothing_is_cut_inside_a_number_a_short_form_brackets_or_a_row_of_names(text: str) -> None:
    assert split_for_voice(text) == [text]


def test_no_piece_is_shorter_than_what_sounds_well_and_no_word_is_lost() -> None:
    text = (
        "Sì, certo, ve lo racconto subito: era una sera di maggio. Pioveva! Poi, di colpo, il sole; e noi lì."
    )
    pieces = split_for_voice(text)
    assert all(len(piece) >= SHORTEST for piece in pieces)
    assert " ".join(pieces) == text
