import pytest

from speech.errors import LineRefused
from speech.providers.pico_text import LONGEST_CLAUSE, LONGEST_WORD, clauses_of

SAID = [
    ("Ciao a tutti", "Ciao a tutti."),
    ("Come stai?", "Come stai?"),
    ("Ma dai!!!", "Ma dai!"),
    ("Davvero?!?!?!" + "?!" * 100, "Davvero?"),
    ("Allora... vediamo", "Allora, vediamo."),
    ("Basta... E poi", "Basta. E poi."),
    ("Basta… e poi", "Basta, e poi."),
    ("...", None),
    ("l’arte", "l'arte."),
    ("un po' di te", "un po' di te."),
    ("'" * 300 + "ciao", "ciao."),
    ("ciao" + "'" * 300, "ciao'."),
    ("'ciao' disse", "ciao' disse."),
    ("ben-venuti - sì", "ben-venuti sì."),
    ("sì — certo", "sì, certo."),
    ("<break time='9s'/>ciao", "break time= 9s'/ ciao."),
    ("2 < 3 > 1", "2 3 1."),
    ("<speed level=\"500\">via</speed>", "speed level= 500 via /speed."),
    ("a\\b", "a b."),
    ("Łukasz Žižek e Đorđe", "Lukasz Zizek e Dorde."),
    ("Nguyễn", "Nguyen."),
    ("œuvre, cœur", "oeuvre, coeur."),
    ("Straße für Ärzte", "Straße für Ärzte."),
    ("ＣＩＡＯ 𝓒𝓲𝓪𝓸", "CIAO Ciao."),
    ("e\u0301 vero", "é vero."),
    ("٣ rose", "3 rose."),
    ("Ciao Анна, benvenuta!", "Ciao, benvenuta!"),
    ("**wow** _sì_ (certo) [ecco]", "wow sì certo ecco."),
    ("10 € & 5 %", "10 € & 5 %."),
    ("3.5 o 10:30", "3.5 o 10:30."),
    ("Привет всем", None),
    ("مرحبا بكم", None),
    ("你好 Tom", "Tom."),
    ("Привет Tom", None),
    ("❤❤❤", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SAID)
def test_a_text_is_handed_to_pico_as_it_can_say_it(text: str, said: str | None) -> None:
    if said is None:
        with pytest.raises(LineRefused):
            clauses_of(text)
    else:
        assert " ".join(clauses_of(text)) == said


def test_a_long_line_comes_in_clauses_at_its_pauses() -> None:
    line = "Che bello vederti qui, Marta! Oggi parliamo di musica, di viaggi e di tutto quello che vi va."
    assert clauses_of(line) == [
        "Che bello vederti qui,",
        "Marta!",
        "Oggi parliamo di musica,",
        "di viaggi e di tutto quello che vi va.",
    ]


@pytest.mark.parametrize("length", [41, 150, 400, 1_000])
@pytest.mark.parametrize("letter", ["a", "è", "9", "'a", "a-"])
def test_no_word_is_longer_than_pico_bears(letter: str, length: int) -> None:
    words = " ".join(clauses_of(f"ciao {letter * length} a tutti")).split()
    assert max(map(len, words)) <= LONGEST_WORD + 1  # its mark
    assert sum(map(len, words)) >= length


def test_no_clause_is_longer_than_a_moments_work() -> None:
    clauses = clauses_of("senza nessuna pausa si va sempre avanti " * 20)
    assert max(map(len, clauses)) <= LONGEST_CLAUSE + 1
    assert len(clauses) > 5
