import pytest

from texts.folding import fold_letters, shorten_runs, unescape_entities


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("dell&#39;arte", "dell'arte"),
        ("&#x27;ciao&#X27;", "'ciao'"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&amp;amp;#39;", "'"),
        ("&lt;3 &gt; &quot;", '<3 > "'),
        ("caff&egrave;", "caffè"),
        ("&frac12; litro", "½ litro"),
        ("&hearts;", "♥"),
        ("R&D, AT&T; &copy 5 & 6", "R&D, AT&T; &copy 5 & 6"),
        ("&nothing; &#; &#x;", "&nothing; &#; &#x;"),
        ("&#99999999;", "&#99999999;"),
    ],
)
def test_entities_become_their_characters(written: str, plain: str) -> None:
    assert unescape_entities(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("𝓒𝓲𝓪𝓸 𝕒 𝖙𝖚𝖙𝖙𝖎 𝟛", "Ciao a tutti 3"),
        ("ＨＥＬＬＯ！", "HELLO!"),
        ("ⓒⒾⒶⓞ", "cIAo"),
        ("🅲🅸🅰🅾 🅒🅘🅐🅞", "CIAO CIAO"),
        ("⒜⒝ 🄰", "ab A"),
        ("ʜᴇʟʟᴏ", "hello"),
        ("ᶜⁱᵃᵒ", "ciao"),
        ("ﬁne ﬂat", "fine flat"),
        ("Ⅳ", "IV"),
        ("٣ ४ ５", "3 4 5"),
        ("① ❷ ⑫", "1 2 12"),
        ("ℋello ℛosa", "Hello Rosa"),
        ("½ m² 1º 2ª ° € …", "½ m² 1º 2ª ° € …"),
        ("Привет こんにちは 你好 😊", "Привет こんにちは 你好 😊"),
        ("perché così più", "perché così più"),
    ],
)
def test_fancy_letters_become_plain_ones(written: str, plain: str) -> None:
    assert fold_letters(written) == plain


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("nooooooooooo", "nooo"),
        ("AHAHAHAHAHAHAH", "AHAHAH"),
        ("hahahahaha", "hahaha"),
        ("Ooooooh", "Oooh"),
        ("jajajajajaja", "jajaja"),
        ("lalalala", "lalala"),
        ("ciaooo", "ciaooo"),
        ("banana mamma Mississippi", "banana mamma Mississippi"),
        ("papapa", "papapa"),
        ("!?" * 200, "?"),
        ("wow!!!!!", "wow!"),
        ("wow!!!", "wow!!!"),
        ("beh.........", "beh..."),
        ("ciao-----a", "ciao a"),
        ("1000000 11111", "1000000 11111"),
    ],
)
def test_runs_are_shortened(written: str, short: str) -> None:
    assert shorten_runs(written) == short
