"""Remembers facts about the viewers of one live."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from planner.stage.cleaning import clean_for_speech, plain
from planner.stage.names import sayable_name
from planner.stage.turn import Turn, TurnKind

REMEMBERED_VIEWERS = 500
MAX_TEXT_CHARACTERS = 120
MAX_GIFTS = 5
MAX_GIFT_CHARACTERS = 40
MAX_CALLED = 3


@dataclass(slots=True)
class ViewerFacts:
    """What one viewer has done in this live. All of it is untrusted text."""

    wrote: str = ""
    comments: int = 0
    gifts: dict[str, int] = field(default_factory=dict)


class ViewerBook:
    """The facts about the `capacity` viewers seen last."""

    def __init__(self, *, capacity: int = REMEMBERED_VIEWERS) -> None:
        self._capacity = capacity
        self._facts: OrderedDict[str, ViewerFacts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._facts)

    def note(self, turn: Turn) -> None:
        """Record a turn: a gift with its number, or the comment as the last one."""
        key = _key(turn)
        if not key or turn.kind not in (TurnKind.COMMENT, TurnKind.GIFT):
            return
        facts = self._facts.setdefault(key, ViewerFacts())
        self._facts.move_to_end(key)
        if len(self._facts) > self._capacity:
            self._facts.popitem(last=False)
        if turn.kind is TurnKind.COMMENT:
            facts.wrote = plain(turn.text[:MAX_TEXT_CHARACTERS])
            facts.comments += 1
        else:
            _count_gift(facts.gifts, turn)

    def known(self, turn: Turn) -> dict[str, str | int | list[str]]:
        """Return a viewer's facts as plain values for a prompt; empty for an unknown viewer."""
        facts = self._facts.get(_key(turn))
        if facts is None:
            return {}
        known: dict[str, str | int | list[str]] = {
            "comments_before": facts.comments,
            "wrote_before": facts.wrote,
            "gifts": [f"{count} {gift}" for gift, count in facts.gifts.items()],
        }
        return {name: value for name, value in known.items() if value}

    def snapshot(self) -> list[list[Any]]:
        """Return the viewers with their facts, oldest first."""
        return [[key, facts.wrote, facts.comments, dict(facts.gifts)] for key, facts in self._facts.items()]

    def restore(self, saved: Iterable[list[Any]]) -> None:
        """Continue from a snapshot."""
        for key, wrote, comments, gifts in saved:
            self._facts[key] = ViewerFacts(wrote, comments, dict(gifts))


def names_of(turn: Turn) -> list[str]:
    """Return the sayable names to call in a reply: all of three viewers, the first two of more."""
    names = (sayable_name(raw) for raw in (turn.viewer_name, *turn.also))
    called = MAX_CALLED if len(turn.also) < MAX_CALLED else MAX_CALLED - 1
    return [name for name in names if name][:called]


def _key(turn: Turn) -> str:
    return turn.viewer_id or plain(turn.viewer_name[:100])


def _count_gift(gifts: dict[str, int], turn: Turn) -> None:
    name = clean_for_speech(turn.gift_name[:200])[:MAX_GIFT_CHARACTERS] or "gift"
    gifts[name] = gifts.pop(name, 0) + turn.count
    if len(gifts) > MAX_GIFTS:
        del gifts[next(iter(gifts))]
