import itertools
from collections.abc import Mapping

import pytest

from planner.stage.lines import LANGUAGES, fill, load_lines
from planner.stage.planner import MAX_CHARACTERS
from planner.stage.sentences import split_sentences
from planner.stage.stock.host import StockHost
from planner.stage.turn import Turn, TurnKind

THANKED = (TurnKind.GIFT, TurnKind.FOLLOW, TurnKind.SHARE, TurnKind.SUBSCRIBE)


def lines_of(language: str) -> Mapping[str, tuple[str, ...]]:
    return load_lines("planner.stage.stock", f"lines_{language}.toml")


def gift(name: str, count: int, *, language: str = "it", viewer: str = "marco") -> Turn:
    return Turn(TurnKind.GIFT, viewer, language, gift_name=name, count=count)


@pytest.mark.parametrize(
    ("turn", "present"),
    [
        (gift("Rose", 1), "la tua rosa"),
        (gift("Rose", 5), "le tue 5 rose"),
        (gift("Doughnut", 3, language="en"), "your 3 doughnuts"),
        (gift("Mystery Thing", 1), "il tuo Mystery Thing"),
        (gift("Mystery Thing", 12, language="en"), "your 12 Mystery Thing gifts"),
        (gift("🎁", 2), "i tuoi 2 regali"),
        (gift("", 1, language="en"), "your gift"),
        (gift("{viewer}", 2, language="de"), "your 2 viewer gifts"),
    ],
)
def test_a_gift_is_thanked_by_name_with_its_total(turn: Turn, present: str) -> None:
    host = StockHost(seed=3)
    for _ in range(40):
        assert present.casefold() in host.line_for(turn).casefold()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", THANKED)
def test_no_thanks_come_twice_before_all_were_used(kind: TurnKind, language: str) -> None:
    hours = itertools.count(step=3600.0)
    host = StockHost(seed=1, now_s=lambda: next(hours))
    size = len(lines_of(language)[kind.value])
    assert size >= 24
    turn = Turn(kind, "marco", language, gift_name="Rose")
    for _ in range(3):
        assert len({host.line_for(turn) for _ in range(size)}) == size


def test_two_hosts_with_the_same_seed_say_the_same_and_with_another_something_else() -> None:
    turns = [gift("Rose", count) for count in range(1, 9)]

    def lines(seed: int) -> list[str]:
        host = StockHost(seed=seed)
        return [host.line_for(turn) for turn in turns]

    assert lines(7) == lines(7)
    assert lines(7) != lines(8)


@pytest.mark.parametrize("viewer", ["", "🔥🔥", "user123456", "xX_marco99_Xx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_short_sentences_with_or_without_a_name(language: str, viewer: str) -> None:
    hours = itertools.count(step=3600.0)
    host = StockHost(now_s=lambda: next(hours))
    for kind in THANKED:
        for count in (1, 2):
            for _ in range(30):
                line = host.line_for(Turn(kind, viewer, language, gift_name="Ice Cream Cone", count=count))
                assert 1 <= len(split_sentences(line)) <= 2
                assert len(line) <= MAX_CHARACTERS
                assert line[0].isupper()
                assert ("marco" in line) <= (viewer == "xX_marco99_Xx")
                assert not {"  ", " ,", " .", " !", ",,", ",!", "{", "}"} & {
                    line[i : i + 2] for i in range(len(line))
                }


@pytest.mark.parametrize("language", LANGUAGES)
def test_stock_lines_hold_no_figures_or_addresses_of_their_own(language: str) -> None:
    for lines in lines_of(language).values():
        assert len(set(lines)) == len(lines)
        for line in lines:
            spoken = fill(line, name="Anna", present="x")
            assert not any(character.isdigit() for character in spoken)
            assert "http" not in spoken
            assert "www" not in spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_gift_line_names_the_gift(language: str) -> None:
    for topic in ("gift", "gift_many"):
        assert all("{present}" in line for line in lines_of(language)[topic])
