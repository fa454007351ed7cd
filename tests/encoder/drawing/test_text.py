import pytest

from encoder.drawing.fonts import Face, readable
from encoder.drawing.text import balance, clamp, shorten, wrap

FACE = Face("Inter", 40, 700)
SENTENCE = "Hi Martha, welcome from Leeds! How is your evening?"


@pytest.mark.parametrize("width", [120, 250, 341, 900, 5000])
def test_no_line_is_wider_than_its_place_and_no_word_is_lost(width: float) -> None:
    lines = wrap(SENTENCE, FACE, width)
    assert all(FACE.length(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == SENTENCE.replace(" ", "")


def test_the_first_line_may_be_shorter() -> None:
    assert wrap("one two", FACE, 200, first_width=10) == ["", "one two"]


def test_a_word_that_is_too_long_is_broken() -> None:
    lines = wrap("x" * 200, FACE, 300)
    assert len(lines) > 3
    assert "".join(lines) == "x" * 200


def test_balanced_lines_are_as_few_and_about_as_long() -> None:
    plain, balanced = wrap(SENTENCE, FACE, 500), balance(SENTENCE, FACE, 500)
    assert len(plain) == len(balanced) > 1
    lengths = [FACE.length(line) for line in balanced]
    assert max(lengths) <= max(FACE.length(line) for line in plain)
    assert min(lengths) > 0.5 * max(lengths)


def test_what_is_cut_says_so() -> None:
    assert clamp(["a", "b"], 2, FACE, 100) == ["a", "b"]
    assert clamp(["a", "b", "c" * 40], 2, FACE, 100)[1].endswith("…")
    assert shorten("short", FACE, 300) == "short"
    cut = shorten("a name that is far too long", FACE, 200)
    assert cut.endswith("…")
    assert FACE.length(cut) <= 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüß Gott, Žofie · AI", "Grüß Gott, Žofie · AI"),
        ("ciao 😀👍🏽 a tutti ❤️", "ciao a tutti"),
        ("Привет", "Privet"),
        ("a\u200bb\u202ec\0d", "abcd"),
        ("two\n\nlines\tand  more", "two lines and more"),
        ("👨‍👩‍👧", ""),
        ("한국", "hangug"),
    ],
)
def test_any_text_becomes_letters_that_the_fonts_have(text: str, shown: str) -> None:
    assert readable(text).lower() == shown.lower()


def test_weights_and_tracking_change_the_width() -> None:
    assert Face("Inter", 40, 760).length("Hello") > Face("Inter", 40, 400).length("Hello")
    tight = Face("Inter", 40, 760, -0.02).length("Hello")
    assert tight == pytest.approx(Face("Inter", 40, 760).length("Hello") - 5 * 0.8)
