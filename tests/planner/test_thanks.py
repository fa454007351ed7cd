import itertools
from collections.abc import Mapping

import pytest

from planner.stage.canned.replies import CannedReplies
from planner.stage.lines import LANGUAGES, fill, load_lines
from planner.stage.planner import MAX_CHARACTERS, Planner
from planner.stage.sentences import split_sentences
from planner.stage.turn import Character, TokenUsage, Turn, TurnKind

THANKED = (TurnKind.GIFT, TurnKind.FOLLOW, TurnKind.SHARE, TurnKind.SUBSCRIBE)


def lines_of(language: str) -> Mapping[str, tuple[str, ...]]:
    return load_lines("planner.stage.canned", f"lines_{language}.toml")


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
        (gift("{viewer}", 2, language="fr"), "your 2 viewer gifts"),
        (gift("Rose", 5, language="de"), "deine 5 Rosen"),
        (gift("Coffee", 1, language="de"), "deinen Kaffee"),
        (gift("Mystery Thing", 12, language="de"), "deine 12 Mystery Thing-Geschenke"),
        (gift("Rosa", 2), "le tue 2 rose"),
    ],
)
def test_a_gift_is_thanked_by_name_with_its_total(turn: Turn, present: str) -> None:
    host = CannedReplies(seed=3)
    for _ in range(40):
        assert present.casefold() in host.line_for(turn).casefold()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", THANKED)
def test_no_thanks_come_twice_before_all_were_used(kind: TurnKind, language: str) -> None:
    hours = itertools.count(step=3600.0)
    host = CannedReplies(seed=1, now_s=lambda: next(hours))
    size = len(lines_of(language)[kind.value])
    assert size >= 24
    turn = Turn(kind, "marco", language, gift_name="Rose")
    for _ in range(3):
        assert len({host.line_for(turn) for _ in range(size)}) == size


def test_two_hosts_with_the_same_seed_say_the_same_and_with_another_something_else() -> None:
    turns = [gift("Rose", count) for count in range(1, 9)]

    def lines(seed: int) -> list[str]:
        host = CannedReplies(seed=seed)
        return [host.line_for(turn) for turn in turns]

    assert lines(7) == lines(7)
    assert lines(7) != lines(8)


@pytest.mark.parametrize("viewer", ["", "🔥🔥", "user123456", "xX_marco99_Xx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_short_sentences_with_or_without_a_name(language: str, viewer: str) -> None:
    hours = itertools.count(step=3600.0)
    host = CannedReplies(now_s=lambda: next(hours))
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
    for topic in ("gift", "gift_many", "gift_big", "gift_plain", "gift_group_plain"):
        assert all("{present}" in line for line in lines_of(language)[topic])


# --- many at once, big gifts, and what is no thanks -------------------------------------------------


@pytest.mark.parametrize(
    ("also", "count", "language", "called"),
    [
        ((), 1, "it", "marco"),
        (("giulia",), 2, "it", "marco e giulia"),
        (("giulia", "sara"), 3, "it", "marco, giulia e sara"),
        (("giulia", "sara"), 4, "it", "marco, giulia, sara e un'altra persona"),
        (("giulia", "sara", "ugo"), 5, "it", "marco, giulia e altri tre"),
        (("giulia", "sara", "ugo"), 40, "it", "marco, giulia e tanti altri"),
        (("🔥", "sara"), 3, "it", "marco, sara e un'altra persona"),
        (("giulia", "sara", "ugo"), 5, "en", "marco, giulia and three others"),
        (("giulia", "sara", "ugo"), 5, "fr", "marco, giulia and three others"),
        (("giulia", "sara", "ugo"), 5, "de", "marco, giulia und drei andere"),
        (("giulia", "sara"), 4, "de", "marco, giulia, sara und noch jemand"),
        (("giulia", "sara", "ugo"), 40, "de", "marco, giulia und viele andere"),
    ],
)
def test_many_who_follow_are_called_together(
    also: tuple[str, ...], count: int, language: str, called: str
) -> None:
    host = CannedReplies(seed=3)
    turn = Turn(TurnKind.FOLLOW, "marco", language, also=also, count=count)
    lines = [host.line_for(turn).casefold() for _ in range(12)]
    assert sum(called in line for line in lines) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_gathered_gifts_are_thanked_with_their_total_and_three_names_at_most(language: str) -> None:
    host = CannedReplies(seed=3)
    called, present = {
        "it": ("marco, giulia e altri", "i vostri 9 regali"),
        "en": ("marco, giulia and others", "your 9 gifts"),
        "de": ("marco, giulia und andere", "eure 9 geschenke"),
    }[language]
    turn = Turn(TurnKind.GIFT, "marco", language, count=9, also=("giulia", "sara", "ugo", "ivo"))
    lines = [host.line_for(turn) for _ in range(20)]
    assert len(set(lines)) == 20
    for line in lines:
        assert called in line.casefold()
    assert sum(present in line.casefold() for line in lines) > 15


def test_gathered_gifts_of_one_kind_are_said_by_their_name() -> None:
    line = CannedReplies(seed=1).line_for(
        Turn(TurnKind.GIFT, "marco", "it", gift_name="Rose", count=9, also=("giulia",))
    )
    assert "le vostre 9 rose" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gift_that_is_worth_much_gets_big_words(language: str) -> None:
    big = set(lines_of(language)["gift_big"])
    host = CannedReplies(seed=3, big_gift_diamonds=500)

    def words(diamonds: int) -> str:
        line = host.line_for(
            Turn(TurnKind.GIFT, "Marco", language, gift_name="Rose", count=1, diamonds=diamonds)
        )
        return line.replace("La tua", "la tua").replace("Your rose", "your rose")

    present = {"it": "la tua rosa", "en": "your rose", "de": "deine Rose"}[language]
    said = {fill(line, name="Marco", present=present) for line in big}
    assert all(words(500) in said for _ in range(len(big)))
    assert words(499) not in said
    host = CannedReplies(big_gift_diamonds=0)
    assert words(5_000) not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [TurnKind.NEUTRAL, TurnKind.CALM])
def test_there_are_lines_for_what_is_not_answered_and_for_a_hostile_room(
    kind: TurnKind, language: str
) -> None:
    lines = set(lines_of(language)[kind.value])
    host = CannedReplies(seed=3)
    said = [host.line_for(Turn(kind, "", language)) for _ in lines]
    assert len(set(said)) == len(lines)
    assert host.line_for(Turn(kind, "", language)) == "", "none is owed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_short_before_the_names_come_in(language: str) -> None:
    for lines in lines_of(language).values():
        for line in lines:
            assert len(line.replace("{name}", "").replace("{present}", "")) <= 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_asks_for_a_gift(language: str) -> None:
    begging = {"it": ("regalami", "mandami", "mandate", "ancora uno", "fammi un regalo", "chi mi regala")}
    begging["en"] = ("send me", "send more", "gift me", "give me a gift", "one more gift", "keep them coming")
    begging["de"] = ("schick mir", "schickt mir", "schenk mir", "schenkt mir", "noch eins", "mehr geschenke")
    for lines in lines_of(language).values():
        assert not [line for line in lines if any(words in line.casefold() for words in begging[language])]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "kinds",
    [
        [(TurnKind.GIFT, 1)],
        [(TurnKind.GIFT, 5)],
        [(TurnKind.FOLLOW, 1)],
        [(TurnKind.SHARE, 1)],
        [(TurnKind.GIFT, 1), (TurnKind.FOLLOW, 1), (TurnKind.GIFT, 5), (TurnKind.SHARE, 1)],
    ],
)
async def test_at_a_thanks_every_ten_seconds_nothing_comes_twice_in_half_an_hour(
    kinds: list[tuple[TurnKind, int]], language: str
) -> None:
    moments = itertools.count(step=10.0)
    now_s = 0.0
    planner = Planner(None, Character("Viva", "", language), seed=5, now_s=lambda: now_s)
    names = itertools.cycle(["Anna", "Marco", "Giulia", "", "Pietro"])
    said: list[str] = []
    for kind, count in itertools.islice(itertools.cycle(kinds), 180):
        now_s = next(moments)
        turn = Turn(kind, next(names), language, gift_name="Rose", count=count)
        said.append(" ".join([sentence async for sentence in planner.plan(turn, TokenUsage())]))
    assert all(said)
    assert len(set(said)) == 180
