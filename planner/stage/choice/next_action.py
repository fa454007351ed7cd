"""Decides what the host does next."""

from dataclasses import dataclass
from math import inf

from planner.stage.cues import NextAction

# After a fresh comment, the host does not start to talk by itself.
TOPIC_QUIET_S = 2.0
# So many thanks for gifts in a row, then an answer goes between: a storm of gifts is no reason to ignore
# the chat. One that may be said this soon is worth waiting for.
THANKS_IN_A_ROW = 3
ANSWER_SOON_S = 2.0


@dataclass(frozen=True, slots=True)
class Situation:
    """The queued turns by kind, and in how many seconds each class may be said (0: now).

    `help_lines` are for a viewer or a room in need; `thanks` are for gifts, `courtesies` for follows, shares
    and subscriptions; `cues` are the actions of due cues. `gap_in_s` applies to all but the streamer's lines
    and help, and is never greater than the others.
    """

    streamer_lines: int = 0
    help_lines: int = 0
    big_thanks: int = 0
    thanks: int = 0
    courtesies: int = 0
    answers: int = 0
    cues: frozenset[NextAction] = frozenset()
    quiet_s: float = 0.0
    gap_in_s: float = 0.0
    thanks_in_s: float = 0.0
    cue_in_s: float = 0.0
    answer_in_s: float = 0.0
    thanks_in_a_row: int = 0


def decide(now: Situation) -> NextAction:
    """Return what to do now; `REST` if nothing may be said.

    The order: the streamer's own lines and help lines; thanks for gifts, which were paid for and are short; a
    running game, whose players wait; cues of the plan, which a busy chat would otherwise block for ever;
    answers; the host's own talk.
    """
    if now.streamer_lines:
        return NextAction.ANNOUNCE
    if now.help_lines:
        return NextAction.ANSWER
    if now.gap_in_s > 0.0:
        return NextAction.REST
    if now.big_thanks or _thanks_go(now):
        return NextAction.THANK
    if NextAction.GAME in now.cues:
        return NextAction.GAME
    return _in_good_time(now)


def _thanks_go(now: Situation) -> bool:
    if not now.thanks or now.thanks_in_s > 0.0:
        return False
    return not (now.thanks_in_a_row >= THANKS_IN_A_ROW and now.answers and now.answer_in_s <= ANSWER_SOON_S)


def _in_good_time(now: Situation) -> NextAction:
    """Decide among the kinds that respect the cooldown."""
    if NextAction.ANNOUNCE in now.cues and now.cue_in_s <= 0.0:
        return NextAction.ANNOUNCE
    if _courtesies_go(now):
        return NextAction.THANK
    if now.answers:
        return NextAction.ANSWER if now.answer_in_s <= 0.0 else NextAction.REST
    if NextAction.TOPIC in now.cues and now.cue_in_s <= 0.0 and now.quiet_s >= TOPIC_QUIET_S:
        return NextAction.TOPIC
    return NextAction.REST


def _courtesies_go(now: Situation) -> bool:
    """Alternate thanks for free events with answers."""
    if not now.courtesies or max(now.thanks_in_s, now.cue_in_s) > 0.0:
        return False
    return not (now.thanks_in_a_row and now.answers)


def changes_in_s(now: Situation) -> float:
    """Return in how many seconds `decide` may change its result without a new event."""
    if not (now.big_thanks or now.thanks or now.courtesies or now.answers or now.cues):
        return inf
    waits = (now.gap_in_s, now.thanks_in_s, now.cue_in_s, now.answer_in_s, TOPIC_QUIET_S - now.quiet_s)
    return min((wait_s for wait_s in waits if wait_s > 0.0), default=inf)
