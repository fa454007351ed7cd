"""Which of the waiting gifts go into the next thanks: gifts in order of arrival go in, places come out."""

from collections.abc import Sequence
from dataclasses import dataclass

# While more givers than this wait, the ordinary gifts are gathered too: thanks minutes late are none.
CROWD = 5


@dataclass(frozen=True, slots=True)
class WaitingGift:
    """One gift, or one streak of them. `diamonds` is what all of it is worth."""

    viewer: str
    diamonds: int


def is_big(diamonds: int, *, big: int) -> bool:
    """Return whether a gift interrupts the host; with `big` at 0 none does."""
    return 0 < big <= diamonds


def gifts_to_thank(gifts: Sequence[WaitingGift], *, small: int, big: int) -> tuple[int, ...]:
    """Return the places of the gifts to thank for together, the one to name first at the head.

    The first big gift goes alone. Else it is the turn of whoever gave first: all that this viewer gave; and
    if that is worth less than `small`, the gifts of all others who gave as little. `gifts` must not be empty.
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
