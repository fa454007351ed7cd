from concurrent.futures import ThreadPoolExecutor

import pytest

from speech.stage.text_normalization.normalizer import Results, TextNormalizer, forget_results

ITALIAN = [
    ("Costa 12,50 € o € 1.000?", "Costa dodici euro e cinquanta o mille euro?"),
    ("1 € e £1", "un euro e una sterlina"),
    ("Sconto del 20%!", "Sconto del venti per cento!"),
    ("Alle 21:30", "Alle ventuno e trenta"),
    ("Alle 9:00", "Alle nove"),
    ("dal 12/05/2026 al 1/6/26", "dal dodici maggio duemilaventisei al primo giugno duemilaventisei"),
    ("3,5 e 3.5 e -4", "tre virgola cinque e tre virgola cinque e meno quattro"),
    ("in 1.250 persone", "in milleduecentocinquanta persone"),
    ("il 1° posto con 20°C", "il primo posto con venti gradi"),
    ("5 km e 1 kg", "cinque chilometri e un chilo"),
    ("dal 5-10", "dal cinque a dieci"),
    ("333 123 4567", "tre tre tre uno due tre quattro cinque sei sette"),
    ("agente 007", "agente zero zero sette"),
    ("www.vivavoce.example/prova?x=2.", "vivavoce punto example barra prova."),
    ("scrivi a info@vivavoce.it", "scrivi a info chiocciola vivavoce punto it"),
    ("vai su vivavoce.com!", "vai su vivavoce punto com!"),
    ("#BuonaSeraATutti", "hashtag Buona Sera A Tutti"),
    ("grazie @xX_marco99_Xx!", "grazie marco!"),
    ("grazie @la.sera", "grazie la sera"),
    ("grazie @99", "grazie novantanove"),
    ("nn so cmq", "non so comunque"),
    ("Marco & Giulia", "Marco e Giulia"),
    ("la PS5 e il 2FA", "la PS cinque e il due FA"),
    ("Ciao Marco, come stai?", "Ciao Marco, come stai?"),
]
ENGLISH = [
    ("It costs $12.50 or £1,000", "It costs twelve dollars and fifty cents or one thousand pounds"),
    ("the 1st of 1,234", "the first of one thousand two hundred and thirty four"),
    ("at 9:30 on 05/12/2026", "at nine thirty on the fifth of December twenty twenty six"),
    ("on 05/25/2026", "on the twenty fifth of May twenty twenty six"),
    ("5:00, 10-12 people, 20%", "five o'clock, ten to twelve people, twenty percent"),
    ("visit vivavoce.com/live today", "visit vivavoce dot com slash live today"),
]
GERMAN = [
    ("Das kostet 12,50 €", "Das kostet zwölf Euro fünfzig"),
    ("um 21:30 Uhr am 12.05.2026", "um einundzwanzig Uhr dreißig am zwölften Mai zweitausendsechsundzwanzig"),
    ("1 Min, 1 km, 20 %", "eine Minute, ein Kilometer, zwanzig Prozent"),
    ("z.B. 3,5", "zum Beispiel drei Komma fünf"),
]


@pytest.mark.parametrize(("written", "said"), ITALIAN)
def test_italian_is_read_as_italians_say_it(written: str, said: str) -> None:
    assert TextNormalizer("it").normalize(written) == said


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english_is_read_as_it_is_said(written: str, said: str) -> None:
    assert TextNormalizer("en").normalize(written) == said


@pytest.mark.parametrize(("written", "said"), GERMAN)
def test_german_is_read_as_it_is_said(written: str, said: str) -> None:
    assert TextNormalizer("de-DE").normalize(written) == said


def test_another_language_is_read_in_english_signs() -> None:
    assert TextNormalizer("fr").normalize("20%") == "twenty percent"


def test_the_tenants_own_words_are_said_as_they_wish_and_not_read_again() -> None:
    normalizer = TextNormalizer(
        "it", {"Vivavoce": "viva vòce", "@la.sera": "la séra", "C++": "ci più più", "B2B": "bi 2 bi"}
    )
    assert (
        normalizer.normalize("vivavoce e C++ con @la.sera, B2B")
        == "viva vòce e ci più più con la séra, bi 2 bi"
    )


def test_own_words_are_whole_words_and_leave_addresses_alone() -> None:
    normalizer = TextNormalizer("it", {"viva": "VIVA", "Ana": "Anna"})
    assert normalizer.normalize("banana vivace") == "banana vivace"
    assert normalizer.normalize("viva.it") == "viva punto it"


def test_the_longest_of_the_own_words_wins() -> None:
    assert (
        TextNormalizer("en", {"new": "niu", "New York": "the city"}).normalize("New York is new")
        == "the city is niu"
    )


@pytest.mark.parametrize("language", ["it", "en", "de"])
def test_no_text_makes_it_fail_or_run_away(language: str) -> None:
    poison = [
        "9" * 5_000,
        "1." * 2_000,
        "-" * 3_000,
        "@" * 999,
        "1/2/3/4",
        "€" * 500,
        "\x00 12",
        "٣٤٥ ½ ² ①",
        "1e9",
    ]
    for text in (*poison, "".join(map(chr, range(32, 0x500)))):
        assert isinstance(TextNormalizer(language).normalize(text), str)


def test_own_words_win_over_every_rule_and_are_found_in_fancy_letters_too() -> None:
    normalizer = TextNormalizer("it", {"PS5": "pi esse cinque", "n. 5": "la fragranza", "Viva": "vì va"})
    assert normalizer.normalize("la PS5 e n. 5 di 𝓥𝓲𝓿𝓪, 3 volte") == (
        "la pi esse cinque e la fragranza di vì va, tre volte"
    )


def test_plain_words_and_known_texts_are_instant_and_numbers_are_not() -> None:
    forget_results()
    normalizer = TextNormalizer("it", {"Viva": "vì va"})
    for plain in ("Ciao a tutti, come state?", "Viva saluta!", "", "Che bello..."):
        assert normalizer.is_instant(plain)
    for text in ("Siamo in 3!", "½ litro", "Luigi XIV", "il sig. Rossi", "Viva ha 3 rose"):
        assert not normalizer.is_instant(text)
        normalizer.normalize(text)
        assert normalizer.is_instant(text)


def test_the_cache_of_results_has_a_bound_and_drops_the_oldest() -> None:
    cache = Results(2)
    for text in ("1", "2"):
        cache.add(("it", text), text)
    assert cache.get(("it", "1")) == "1"
    cache.add(("it", "3"), "3")
    assert [cache.get(("it", text)) for text in ("1", "2", "3")] == ["1", None, "3"]


def test_threads_read_the_same_at_the_same_time() -> None:
    texts = [f"Siamo in {number} alle {number % 24}:30" for number in range(2, 60)]
    forget_results()
    alone = [TextNormalizer("it").normalize(text) for text in texts]
    forget_results()
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.map(TextNormalizer("it").normalize, texts) for _ in range(4)]
    assert [list(run) for run in runs] == [alone] * 4
