import pytest

from speech.stage.text_normalization.unspeakable import remove_unspeakable


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  ciao\n\ta   tutti ", "ciao a tutti"),
        ("ciao\x00a\x07tutti\x1b[0m", "ciao a tutti [0m"),
        ("per\u200bché\u202e no\ufeff", "perché no"),
        ("brava 👏🏽👏🏽 sì ❤️", "brava sì"),
        ("👨\u200d👩\u200d👧 famiglia", "famiglia"),
        ("bella\ud83d domanda\ue000", "bella domanda"),
        ("20 °C, 3 € e 50 %", "20 °C, 3 € e 50 %"),
        ("مرحبا بكم", "مرحبا بكم"),
        ("こんにちは", "こんにちは"),
    ],
)
def test_a_text_becomes_one_line_of_words(text: str, line: str) -> None:
    assert remove_unspeakable(text) == line


@pytest.mark.parametrize(
    "text", ["", " \n\t", "!?…", "😂😂😂", "\x00\x01\x02", "\u202e\u200f", "🇮🇹", "— * ~"]
)
def test_a_text_without_a_letter_or_digit_is_not_speakable(text: str) -> None:
    assert remove_unspeakable(text) == ""
