"""Chooses which queued gifts are thanked together."""

from collections.abc import Sequence
from dataclasses import dataclass

# While more givers than this wait, the ordinary gifts are gathered too: thanks minutes late are none.
CROWD = 5


@dataclass(frozen=True, slots=True)
class WaitingGift:
    """A gift, or a streak of one gift. `diamonds` is its total value."""

    viewer: str
    diamonds: int


def is_big(diamonds: int, *, big: int) -> bool:
    """Return whether a gift interrupts the host; never if `big` is 0."""
    return 0 < big <= diamonds


def gifts_to_thank(gifts: Sequence[WaitingGift], *, small: int, big: int) -> tuple[int, ...]:
    """Return the indexes of the gifts to thank for together, the one to name first at the head.

    The first big gift is thanked alone. Otherwise all gifts of the viewer who gave first; if they are worth
    less than `small`, also those of all other viewers below it. `gifts` must not be empty.
    """
    for place, gift in enumerate(gifts):
        if is_big(gift.diamonds, big=big):
            return (place,)
    worth: dict[str, int] = {}
    for gift in gifts:
        worth[gift.viewer] = worth.get(gift.viewer, 0) + gift.diamonds
    gathered = {gifts[0].viewer}
    if len(worth) > CROWD:
        gathered = set(worth)
    elif worth[gifts[0].viewer] < small:
        gathered = {viewer for viewer, diamonds in worth.items() if diamonds < small}
    places = [place for place, gift in enumerate(gifts) if gift.viewer in gathered]
    return tuple(sorted(places, key=lambda place: (-worth[gifts[place].viewer], -gifts[place].diamonds)))
