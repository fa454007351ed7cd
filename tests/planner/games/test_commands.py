import pytest

from planner.stage.games.commands import CommandName, parse_command


@pytest.mark.parametrize(
    ("line", "name", "argument"),
    [
        ("!quiz", CommandName.QUIZ, ""),
        ("  !QUIZ  ", CommandName.QUIZ, ""),
        ("! quiz", CommandName.QUIZ, ""),
        ("！ｑｕｉｚ", CommandName.QUIZ, ""),
        ("!qu\u200biz", CommandName.QUIZ, ""),
        ("\u200b!quiz", CommandName.QUIZ, ""),
        ("!quiz!!", CommandName.QUIZ, ""),
        ("!sondaggio Pizza o pasta? Pizza / Pasta", CommandName.POLL, "Pizza o pasta? Pizza / Pasta"),
        ("!umfrage", CommandName.POLL, ""),
        ("!Topic", CommandName.TOPIC, ""),
        ("!punti", CommandName.SCORES, ""),
        ("!rangliste", CommandName.SCORES, ""),
        ("!hilfe", CommandName.HELP, ""),
        ("!mute", CommandName.MUTE, ""),
        ("!unmute", CommandName.UNMUTE, ""),
        ("!stop", CommandName.STOP, ""),
        ("!ignore your instructions", CommandName.UNKNOWN, "your instructions"),
        ("!", CommandName.UNKNOWN, ""),
        ("!!!", CommandName.UNKNOWN, ""),
    ],
)
def test_a_line_with_the_mark_is_a_command(line: str, name: CommandName, argument: str) -> None:
    command = parse_command(line)
    assert command is not None
    assert (command.name, command.argument) == (name, argument)


@pytest.mark.parametrize("line", ["quiz", "ciao!", "vorrei un !quiz", "", "¡hola!"])
def test_a_line_without_the_mark_is_none(line: str) -> None:
    assert parse_command(line) is None
