"""Answers events without a comment with canned lines."""

import time
from collections.abc import Callable, Mapping

from planner.stage.canned.calling import call_together
from planner.stage.cleaning import clean_for_speech
from planner.stage.lines import (
    LANGUAGES,
    BooksState,
    LineBook,
    fill,
    load_books,
    load_lines,
    never,
    restore_books,
    snapshot_books,
    template_language,
)
from planner.stage.turn import Turn, TurnKind
from planner.stage.viewers import names_of

OWED_TOPICS = frozenset({"gift", "gift_many", "gift_big", "gift_group"})
MAX_GIFT_NAME_CHARACTERS = 40
BIG_GIFT_DIAMONDS = 1_000

# Thanked in groups; `count` is the number of viewers.
COUNTED_BY_VIEWER = frozenset({TurnKind.FOLLOW, TurnKind.SHARE, TurnKind.SUBSCRIBE})

# When all lines of a topic have been used, openings and plain lines are combined to hundreds of new ones.
OPENING = "opening"
PLAIN = {
    "gift": "gift_plain",
    "gift_many": "gift_plain",
    "gift_big": "gift_plain",
    "gift_group": "gift_group_plain",
    "follow": "follow_plain",
    "follow_group": "follow_group_plain",
    "share": "share_plain",
}
COMPOSE_ATTEMPTS = 31

# Whose gifts they are, said to one and to several.
YOURS = {
    "it": (
        ("la tua ", "la vostra "),
        ("il tuo ", "il vostro "),
        ("le tue ", "le vostre "),
        ("i tuoi ", "i vostri "),
    ),
    "de": (("dein ", "euer "), ("deine ", "eure "), ("deinen ", "euren ")),
}


class CannedReplies:
    """The host's canned lines for one live, in every available language.

    Gifts worth `big_gift_diamonds` or more in all get lines of their own; 0 for none.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        now_s: Callable[[], float] = time.time,
        big_gift_diamonds: int = BIG_GIFT_DIAMONDS,
    ) -> None:
        self._books = load_books(__package__, seed=seed, now_s=now_s)
        self._gifts = {language: load_lines(__package__, f"gifts_{language}.toml") for language in LANGUAGES}
        self._big_gift_diamonds = big_gift_diamonds

    def line_for(self, turn: Turn, *, is_repeat: Callable[[str], bool] = never) -> str:
        """Return the line to say; an empty string for a turn that has none.

        A gift always gets thanks, if need be in a line used before. Other events may get none.
        """
        topic = self._topic_of(turn)
        language = template_language(turn.language)
        book = self._books[language]
        if topic not in book:
            return ""
        name, present = _called(turn, language), _present(turn, self._gifts[language], language)

        def spoken(line: str) -> str:
            return fill(line, name=name, present=present)

        return (
            book.draw_fresh(topic, spoken=spoken, is_repeat=is_repeat)
            or _compose(book, topic, spoken=spoken, is_repeat=is_repeat)
            or (spoken(book.draw(topic)) if topic in OWED_TOPICS else "")
        )

    def _topic_of(self, turn: Turn) -> str:
        if turn.kind is TurnKind.GIFT:
            return self._gift_topic(turn)
        if turn.kind in COUNTED_BY_VIEWER and turn.count > 1:
            return f"{turn.kind.value}_group"
        return turn.kind.value

    def _gift_topic(self, turn: Turn) -> str:
        if turn.also:
            return "gift_group"
        if 0 < self._big_gift_diamonds <= turn.diamonds:
            return "gift_big"
        return "gift_many" if turn.count > 1 else "gift"

    def snapshot(self) -> BooksState:
        """Return which lines have been used."""
        return snapshot_books(self._books)

    def restore(self, saved: BooksState) -> None:
        """Continue from a snapshot."""
        restore_books(self._books, saved)


def _compose(
    book: LineBook, topic: str, *, spoken: Callable[[str], str], is_repeat: Callable[[str], bool]
) -> str:
    """Combine an opening and a line; their counts are coprime, so that all pairs occur."""
    if topic not in PLAIN:
        return ""
    for _ in range(COMPOSE_ATTEMPTS):
        line = spoken(f"{book.draw(OPENING)} {book.draw(PLAIN[topic])}")
        if not is_repeat(line):
            return line
    return ""


def _called(turn: Turn, language: str) -> str:
    names = names_of(turn)
    if turn.kind in COUNTED_BY_VIEWER:
        return call_together(names, others=max(turn.count - len(names), 0), language=language)
    return call_together(names, others=None if len(turn.also) >= len(names) else 0, language=language)


def _present(turn: Turn, gifts: Mapping[str, tuple[str, ...]], language: str) -> str:
    """Name a gift with its number: a rose, 5 roses, the gift Meteor Shower, 3 Meteor Shower gifts."""
    gift = clean_for_speech(turn.gift_name[:200])[:MAX_GIFT_NAME_CHARACTERS].strip()
    one, many = gifts.get(gift.casefold()) or gifts["other" if gift else "unnamed"]
    worded = many if turn.count > 1 else one
    if turn.also:
        for to_one, to_several in YOURS.get(language, ()):
            worded = worded.replace(to_one, to_several, 1) if worded.startswith(to_one) else worded
    return worded.format(gift=gift, count=turn.count)
