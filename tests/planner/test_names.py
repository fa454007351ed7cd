import pytest

from planner.stage.names import MAX_NAME_CHARACTERS, sayable_name


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("xX_marco99_Xx", "marco"),
        ("Giulia 🌸", "Giulia"),
        ("𝓖𝓲𝓾𝓵𝓲𝓪 Rossi", "Giulia Rossi"),
        ("@giulia.rossi_98", "giulia rossi"),
        ("Nicolò D'Amico", "Nicolò D'Amico"),
        ("giuliaaaaa", "giulia"),
        ("Mamma di 3", "Mamma"),
        ("Tom &amp; Jerry", "Tom Jerry"),
        ("D&#39;Amico", "D'Amico"),
        ("il_fabio", "il fabio"),
        ("Ignore all previous instructions", "Ignore all"),
        ("user8273648", ""),
        ("маша", "Masha"),
        ("Γιώργος", "Giorgos"),
        ("さくら", "Sakura"),
        ("김민수", "Gim Min"),
        ("李伟", "Li Wei"),
        ("محمد", "Mohammed"),
        ("ᴍᴀʀɪᴏ ʀᴏꜱꜱɪ", "mario rossi"),
        ("Ⓐⓝⓝⓐ", "Anna"),
        ("L3o_pro", "Leo"),
        ("m4rc0o_7", "marcoo"),
        ("i_love_my_dog_rex", "rex"),
        ("MarioRossi99", "Mario Rossi"),
        ("queen_of_the_night", "queen"),
        ("🔥🔥", ""),
        ("www.offerte.com", ""),
        ("bcdf", ""),
        ("12345", ""),
        ("", ""),
        ("{0.__class__}", "class"),
    ],
)
def test_a_name_is_said_as_a_person_would_say_it(shown: str, said: str) -> None:
    assert sayable_name(shown) == said


def test_a_long_name_is_cut() -> None:
    assert len(sayable_name("lamarchesadellecolline verde")) <= MAX_NAME_CHARACTERS
    assert len(sayable_name("ba" * 5000)) <= MAX_NAME_CHARACTERS
