import pytest

from texts.folding import fold_letters, remove_emoticons, shorten_runs, unescape_entities


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


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Ciao :)", "Ciao "),
        ("Ciao :-) a tutti", "Ciao  a tutti"),
        (":3", ""),
        ("ok ^_^ bene", "ok  bene"),
        ("no T_T!", "no !"),
        ("eh ;-P", "eh "),
        ("boh ¯\\_(ツ)_/¯", "boh "),
        ("ti voglio bene <3", "ti voglio bene <3"),
        ("alle 21:30, 3:1", "alle 21:30, 3:1"),
        ("Nota: 3 rose (e poi :3a)", "Nota: 3 rose (e poi :3a)"),
        ("a_b O_no", "a_b O_no"),
    ],
)
def test_faces_of_signs_are_removed(written: str, plain: str) -> None:
    assert remove_emoticons(written) == plain
