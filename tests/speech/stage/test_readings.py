"""How each kind of number and sign is read in Italian, English and German: ten cases of each and more."""

from pathlib import Path

import damga
import pytest

from speech.stage.text_normalization.grammar import read
from speech.stage.text_normalization.normalizer import TextNormalizer
from speech.stage.text_normalization.vocabulary import LANGUAGES

FOLDER = Path(__file__).parent / "readings"
LEAST_CASES = 10
# Lines of public reports, and what is right for them.
REPORTED = [
    ("it", "118 like", "centodiciotto like"),
    ("it", "218 €", "duecentodiciotto euro"),
    ("it", "1118", "millecentodiciotto"),
    ("it", "1018", "millediciotto"),
    ("it", "118º", "centodiciottesimo"),
    ("it", "la 1ª volta", "la prima volta"),
    ("it", "la 3ª gara", "la terza gara"),
    ("en", "No.", "No."),
    ("en", "Tired? No. I never sleep!", "Tired? No. I never sleep!"),
    ("en", "No. 5", "number five"),
    ("en", "17:02:51", "seventeen hours two minutes and fifty one seconds"),
    ("de", "17:02:51", "siebzehn Uhr zwei Minuten einundfünfzig Sekunden"),
    ("it", "alle 21.30", "alle ventuno e trenta"),
    ("de", "um 20.15 Uhr", "um zwanzig Uhr fünfzehn"),
    ("de", "um 9.30 Uhr", "um neun Uhr dreißig"),
    ("de", "am 08.01.2025", "am achten Januar zweitausendfünfundzwanzig"),
    ("de", "der 24.12.2024", "der vierundzwanzigste Dezember zweitausendvierundzwanzig"),
    ("de", "den 24.12.", "den vierundzwanzigsten Dezember"),
    ("de", "am 8. Januar", "am achten Januar"),
    ("de", "der 3. Platz", "der dritte Platz"),
    ("de", "im 21. Jahrhundert", "im einundzwanzigsten Jahrhundert"),
    ("it", "2.4.1", "due punto quattro punto uno"),
    ("en", "2.4.1", "two point four point one"),
    ("en", "1.2M likes", "one point two million likes"),
    ("en", "2.5k", "two point five thousand"),
    ("en", "$3.5M", "three point five million dollars"),
    ("en", "£1.6m", "one point six million pounds"),
    ("it", "1,5M di follower", "uno virgola cinque milioni di follower"),
    ("it", "2.000.000 €", "due milioni di euro"),
    ("it", "3.000.000 $", "tre milioni di dollari"),
    (
        "it",
        "1.234.567 €",
        "un milione duecentotrentaquattromilacinquecentosessantasette euro",
    ),
    ("en", "1/2", "one half"),
    ("it", "1/2", "un mezzo"),
    ("it", "½", "un mezzo"),
    ("it", "Luigi XIV", "Luigi quattordicesimo"),
    ("it", "il XX secolo", "il ventesimo secolo"),
    ("en", "World War II", "World War two"),
    ("it", "1 000 like", "mille like"),
    ("it", "1\u2009000 like", "mille like"),
    ("it", "𝓒𝓲𝓪𝓸 a tutti", "Ciao a tutti"),
    ("it", "ＨＥＬＬＯ a tutti", "HELLO a tutti"),
    ("it", "dell&#39;arte", "dell'arte"),
    ("en", "I&#39;m glad &amp; well", "I'm glad and well"),
    ("en", "2 * 3 is 6", "two times three is six"),
    ("en", "snake_case", "snake case"),
    ("it", "nooooooooooo", "nooo"),
    ("it", "AHAHAHAHAHAHAH", "AHAHAH"),
]
# Each correction of the library: what it says by itself, and what we make of it.
CORRECTIONS = [
    ("it", "180", "centoottanta", "centottanta"),
    ("it", "20%", "venti percento", "venti per cento"),
    ("it", "1 ora", "una ora", "un'ora"),
    ("de", "1118 Likes", "tausendhundertachtzehn Likes", "tausendeinhundertachtzehn Likes"),
]
LEFT_TO_US = [
    ("it", "½ litro"),
    ("it", "1.2M di follower"),
    ("it", "Luigi XIV"),
    ("it", "il 1/6/26"),
    ("it", "2.4.1"),
    ("it", "5+3=8"),
    ("it", "£3.50"),
    ("de", "17:02:51"),
    ("de", "mein 5. Live"),
    ("de", "1 Rose"),
    ("de", "der 24.12.2024"),
    ("de", "3:1"),
    ("en", "1.2M likes"),
    ("en", "1 000 likes"),
    ("en", "05/25/2026"),
    ("en", "111st"),
]


def _readings(language: str) -> dict[str, list[list[str]]]:
    kinds: dict[str, list[list[str]]] = {}
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kinds[line[2:]] = []
        else:
            kinds[list(kinds)[-1]].append(line.split(" => "))
    return kinds


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_is_read_as_people_say_it(language: str) -> None:
    normalizer = TextNormalizer(language)
    wrong = [
        (written, said, spoken)
        for cases in _readings(language).values()
        for written, spoken in cases
        if (said := normalizer.normalize(written)) != spoken
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_ten_cases(language: str) -> None:
    assert {kind: len(cases) for kind, cases in _readings(language).items() if len(cases) < LEAST_CASES} == {}


@pytest.mark.parametrize(("language", "written", "spoken"), REPORTED)
def test_lines_from_public_reports_are_read_right(language: str, written: str, spoken: str) -> None:
    assert TextNormalizer(language).normalize(written) == spoken


@pytest.mark.parametrize(("language", "written", "of_the_library", "spoken"), CORRECTIONS)
def test_what_the_library_says_wrong_is_corrected(
    language: str, written: str, of_the_library: str, spoken: str
) -> None:
    assert TextNormalizer(language).normalize(written) == spoken
    # When this fails the library was mended, and our correction can go.
    assert damga.TextNormalizer(lang=language).normalize(written) == of_the_library


@pytest.mark.parametrize(("language", "written"), LEFT_TO_US)
def test_what_the_library_leaves_is_said_by_our_rules(language: str, written: str) -> None:
    alone, said = read(written, language), TextNormalizer(language).normalize(written)
    assert alone != said
    assert not any(map(str.isdigit, said))
