import pytest

from planner.stage.choice.answered_lines import REPEAT_ALONE_S, REPEAT_S, AnsweredLines, is_same_line, line_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("follow me back please", "Follow me back, PLEASE!!!"),
        ("follow me back please", "follow me back please 2"),
        ("ciao a tutti", "ciaooo a tuttiii 🎉"),
        ("quanto costa la maglia?", "quanto costa la maglia???"),
        ("perché non rispondi", "perchè non rispondi"),
        ("wie heißt du?", "wie heisst du"),
        ("🙏🙏", "🙏🙏"),
        ("...", "..."),
    ],
)
def test_these_say_the_same(one: str, other: str) -> None:
    assert is_same_line(line_of(one, "it"), line_of(other, "it"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yes", "no"),
        ("is it 5 euros?", "is it 6 euros?"),
        ("where are you", "who are you"),
        ("I like cats", "I like dogs"),
        ("🙏", "🔥"),
        ("hello", ""),
        ("come stai?", "come ti chiami?"),
        ("vengo domani", "non vengo domani"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not is_same_line(line_of(one, "en"), line_of(other, "en"))


HELLO = line_of("hello", "en")


def test_a_line_counts_as_answered_while_it_is_repeated() -> None:
    lines = AnsweredLines()
    lines.answered("anna", HELLO, 0.0)
    lines.wrote("anna", HELLO, 100.0)
    assert lines.has("anna", HELLO, 100.0 + REPEAT_S)
    assert not lines.has("anna", HELLO, 101.0 + REPEAT_S)
    assert not lines.has("leo", HELLO, 1.0)


def test_a_viewer_alone_waits_less_and_from_the_answer() -> None:
    lines = AnsweredLines()
    lines.answered("anna", HELLO, 0.0)
    lines.wrote("anna", HELLO, 20.0)
    assert lines.has("anna", HELLO, REPEAT_ALONE_S, is_alone=True)
    assert not lines.has("anna", HELLO, REPEAT_ALONE_S + 1, is_alone=True)


def test_viewers_without_a_name_are_not_remembered() -> None:
    lines = AnsweredLines()
    lines.answered("", HELLO, 0.0)
    assert not lines.has("", HELLO, 1.0)


def test_the_memory_is_bounded() -> None:
    lines = AnsweredLines()
    for number in range(2_000):
        lines.answered(f"viewer {number}", HELLO, 0.0)
        lines.answered("anna", line_of(f"line {chr(97 + number % 26) * 9}", "en"), 0.0)
    assert len(lines.snapshot()) < 600


def test_another_worker_goes_on_with_them() -> None:
    lines, other = AnsweredLines(), AnsweredLines()
    lines.answered("anna", line_of("is it 5 euros?", "en"), 0.0)
    other.restore(lines.snapshot())
    assert other.has("anna", line_of("is it 5 euros", "en"), 1.0)
