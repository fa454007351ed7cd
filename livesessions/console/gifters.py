"""Finds out who has given the most diamonds in a live, for the console."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from chatsources.events import EventKind
from livesessions.console.publisher import ConsoleChatMessage, Message
from livesessions.models.sessions import LiveSession
from livesessions.querysets import Gifter, gifters_of, names_of_gifters

MAX_STREAKS = 500


@dataclass(frozen=True, slots=True)
class _Given:
    """What a viewer has given."""

    name: str
    gifts: int
    diamonds: int


def read_gifters(session: LiveSession) -> list[tuple[Gifter, str]]:
    """Return the stored gifters of a live, with the name of the first: a new gift brings its own."""
    gifters = gifters_of(session)
    names = names_of_gifters(session, [each.event for each in gifters[:1]])
    return [(each, names.get(each.event, "")) for each in gifters]


class TopGifter:
    """Adds up the gifts of each viewer: those that are stored, and what the socket brings after them."""

    def __init__(self, stored: Iterable[tuple[Gifter, str]] = ()) -> None:
        self._given = {each.viewer: _Given(name, each.gifts, each.diamonds) for each, name in stored}
        self._streaks: OrderedDict[tuple[str, str, str], int] = OrderedDict()
        self._known: set[str] = set()

    def skip(self, messages: Iterable[Message]) -> None:
        """Note the messages that are among the stored gifts: they may arrive again."""
        for message in messages:
            if message["kind"] == "chat" and message["event"] == EventKind.GIFT:
                self._known.add(message["id"])
                self._growth_of(message)

    def note(self, message: ConsoleChatMessage) -> None:
        """Add a gift. A streak's messages carry its running total; one without an id counts at its end."""
        if message["event"] != EventKind.GIFT or not message["viewer"] or message["id"] in self._known:
            return
        count = self._growth_of(message)
        before = self._given.get(message["viewer"], _Given("", 0, 0))
        self._given[message["viewer"]] = replace(
            before,
            name=message["name"] or before.name,
            gifts=before.gifts + count,
            diamonds=before.diamonds + count * message.get("diamonds", 0),
        )

    def _growth_of(self, message: ConsoleChatMessage) -> int:
        """Return how many gifts a message adds to those of its streak."""
        streak = message.get("streak", "")
        if not streak:
            return 0 if message.get("streak_open") else message["count"]
        key = (message["viewer"], message["gift_name"], streak)
        counted = self._streaks.pop(key, 0)
        self._streaks[key] = max(counted, message["count"])
        if len(self._streaks) > MAX_STREAKS:
            self._streaks.popitem(last=False)
        return self._streaks[key] - counted

    @property
    def text(self) -> str:
        """The viewer who has given most and how many diamonds, in the reader's language."""
        top = max(self._given.values(), key=lambda each: (each.diamonds, each.gifts), default=None)
        if top is None or not top.diamonds:
            return "–"
        return f"{top.name or _('a viewer')} · {intcomma(top.diamonds)}"
