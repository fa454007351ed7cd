"""The same question of several viewers is one, and another question is another."""

import pytest

from planner.stage.choice.duplicates import NO_QUESTION, is_same_question, question_words


def is_same(one: str, other: str, language: str) -> bool:
    wordings = [question_words(text, language, "Nora") for text in (one, other)]
    assert is_same_question(*wordings) == is_same_question(*reversed(wordings))
    return is_same_question(*wordings)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("come ti chiami?", "ma come ti chiami tu??", "it"),
        ("Dove abiti?", "ciao Nora, dove abiti adesso", "it"),
        ("quanti anni hai?", "quanti ani hai", "it"),
        ("che musica ascolti?", "ke musica ascolti?", "it"),
        ("dov'è il prossimo concerto?", "dove è il prossimo concerto", "it"),
        ("what's your name?", "hey whats ur name", "en"),
        ("are you a robot?", "r u a robot?", "en"),
        ("what's your name?", "whats your name", "it"),
        ("woher kommst du?", "Woher kommst du denn", "de"),
    ],
)
def test_the_same_question_in_other_words_is_known(one: str, other: str, language: str) -> None:
    assert is_same(one, other, language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("quanto costa il rosso?", "quanto costa il blu?", "it"),
        ("quando canti?", "dove canti?", "it"),
        ("perché canti?", "perché non canti?", "it"),
        ("quanto fa 2 più 2?", "quanto fa 3 più 3?", "it"),
        ("come va?", "come stai?", "it"),
        ("what's your name?", "what's your dog's name?", "en"),
        ("how old are you?", "how are you?", "en"),
        ("is it?", "are you?", "en"),
    ],
)
def test_another_question_is_another(one: str, other: str, language: str) -> None:
    assert not is_same(one, other, language)


def test_what_is_no_question_is_the_same_as_nothing() -> None:
    assert question_words("ciao a tutti", "it", "") is NO_QUESTION
    assert not is_same("ciao a tutti", "ciao a tutti", "it")
