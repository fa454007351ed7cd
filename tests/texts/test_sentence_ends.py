"""Where sentences end, in three languages: 300 cases and more each, whole and as a stream."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.stage.sentences import SentenceChunker, split_sentences
from texts.sentence_ends import End, full_stop_ends

FOLDER = Path(__file__).parent / "sentences"
# What follows the sentences of `xx.txt`, and those of `xx_ends.txt`, whose last word may be a short form.
AFTER_ANY = {
    "it": ("Che bello!", "E tu come stai?", "Grazie a tutti."),
    "en": ("Say hi!", "And yours?", "Thanks to all of you."),
    "de": ("Und du?", "Danke!", "Das freut mich sehr."),
}
AFTER_WORD = {
    "it": "Marco ci segue da Lecce!",
    "en": "Friends are welcome!",
    "de": "Freunde sind willkommen!",
}
REPORTED = [
    ("en", "Our No. 1 fan is here. Say hi!", ["Our No. 1 fan is here.", "Say hi!"]),
    ("en", "My pick is No. 5. And yours?", ["My pick is No. 5.", "And yours?"]),
    ("en", "She joined the U.S. Army. Wow!", ["She joined the U.S. Army.", "Wow!"]),
    ("en", "Come at 5 p.m. Eastern time. Bring friends!", ["Come at 5 p.m. Eastern time.", "Bring friends!"]),
    ("en", "Come at 5 p.m. Bring friends!", ["Come at 5 p.m.", "Bring friends!"]),
    ("en", "Tired? No. I never sleep!", ["Tired?", "No.", "I never sleep!"]),
    ("de", "Ich mag z.B. Pizza. Und du?", ["Ich mag z.B. Pizza.", "Und du?"]),
    ("de", "Das waren ca. 500 Leute. Danke!", ["Das waren ca. 500 Leute.", "Danke!"]),
    ("de", "Das macht 5 Mio. Euro. Viel!", ["Das macht 5 Mio. Euro.", "Viel!"]),
    ("it", "Lo sa il Rag. Bianchi. Leggi il Cap. 3!", ["Lo sa il Rag. Bianchi.", "Leggi il Cap. 3!"]),
    ("it", "No. 10 rose non bastano.", ["No.", "10 rose non bastano."]),
]


def _lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def _cases() -> Iterator[tuple[str, list[str]]]:
    for language, after in AFTER_ANY.items():
        for line in _lines(language):
            yield from ((language, [*line.split(" | "), second]) for second in (*after, AFTER_WORD[language]))
        for line in _lines(f"{language}_ends"):
            yield from ((language, [*line.split(" | "), second]) for second in after)


CASES = list(_cases())


@pytest.mark.parametrize("language", AFTER_ANY)
def test_there_are_300_cases_of_each_language(language: str) -> None:
    assert sum(case[0] == language for case in CASES) >= 300


@pytest.mark.parametrize("language", AFTER_ANY)
def test_a_false_end_or_a_missed_end_is_found_nowhere(language: str) -> None:
    cases = [sentences for case_language, sentences in CASES if case_language == language]
    assert [split_sentences(" ".join(sentences), language) for sentences in cases] == cases


@pytest.mark.parametrize(("language", "text", "sentences"), REPORTED)
def test_lines_from_public_reports_fall_into_their_sentences(
    language: str, text: str, sentences: list[str]
) -> None:
    assert split_sentences(text, language) == sentences


def test_a_stream_of_single_characters_falls_into_the_same_sentences() -> None:
    for language, sentences in CASES:
        chunker, found = SentenceChunker(language), []
        for character in " ".join(sentences):
            found += chunker.push(character)
        assert found + chunker.flush() == sentences


def test_an_ordinary_full_stop_needs_only_the_next_letter() -> None:
    assert full_stop_ends("Bene. T", 4, language="it", is_whole=False) is End.YES


def test_a_short_form_waits_for_the_whole_next_word() -> None:
    chunker = SentenceChunker("en")
    assert chunker.push("I live in the U.S. D") == []
    assert chunker.push("o") == []
    assert chunker.push(" you?") == ["I live in the U.S."]


def test_without_a_language_the_short_forms_of_all_of_them_count() -> None:
    assert split_sentences("Ecco il sig. Rossi. Ciao!") == ["Ecco il sig. Rossi.", "Ciao!"]
    assert split_sentences("Ich mag z.B. Pizza. Ja!") == ["Ich mag z.B. Pizza.", "Ja!"]
    assert split_sentences("I am 8. Marco is 9.") == ["I am 8.", "Marco is 9."]
    assert split_sentences("Come on. Marco is here.", "fr") == ["Come on.", "Marco is here."]
