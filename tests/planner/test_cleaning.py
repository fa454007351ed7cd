import pytest

from planner.stage.cleaning import clean_for_speech, plain, shorten


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("**Ciao** a _tutti_!", "Ciao a tutti!"),
        ("*laughs* Ciao!", "Ciao!"),
        ("Ciao! *saluta con la mano*", "Ciao!"),
        ("Ciao *ride* Marco", "Ciao Marco"),
        ("(ride) Che bello", "Che bello"),
        ("[sospira] Va bene", "Va bene"),
        ("È *davvero* bello (ma non troppo).", "È davvero bello (ma non troppo)."),
        ("Guarda [qui](http://x.it/a), ok? https://a.b/c?d=1", "Guarda qui, ok?"),
        ("Scrivi a me@sito.it o su sito.com/x", "Scrivi a o su"),
        ("# Titolo", "Titolo"),
        ("- uno\n- due", "uno due"),
        ("1. Ciao", "Ciao"),
        ("Che bello 😂🤣 davvero 👨‍👩‍👧 ❤️!", "Che bello davvero!"),
        ("Ciao :) come va ;) <3 xD", "Ciao come va"),
        ("<b>Ciao</b> #amore @anna", "Ciao amore anna"),
        ("`codice` e ~~niente~~", "codice e niente"),
        ("Fa 25° e costa 3,50 €", "Fa 25° e costa 3,50 €"),
        ("«Ciao a tutti»", "Ciao a tutti"),
        ("Ma dai!!!! Davvero???", "Ma dai! Davvero?"),
        ("uno\u202edue\u0000\u200btre", "unoduetre"),
        ("👍👍", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_only_what_can_be_said_is_left(written: str, spoken: str) -> None:
    assert clean_for_speech(written) == spoken


def test_plain_text_is_one_line() -> None:
    assert plain("a\n\tb\u2028c\u0085d\ufeff") == "a b c d"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("breve", "breve"),
        ("una frase lunga, che continua ancora", "una frase lunga."),
        ("una frase molto lunga senza pause", "una frase molto."),
        ("x" * 40, "x" * 19 + "."),
    ],
)
def test_a_text_is_shortened_where_it_hurts_least(text: str, short: str) -> None:
    assert shorten(text, 20) == short
    assert len(short) <= 20
