"""Turns the report of a live's queue into the rows of its console, in the reader's language."""

from typing import TypedDict

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from livesessions.console.rows import NAME_LENGTH, QUOTE_LENGTH, cut
from livesessions.pipeline.selection.queue_report import QueuedTurnReport, QueueReport
from livesessions.pipeline.selection.turns import Hold
from planner.stage.turn import TurnKind


class QueueRow(TypedDict):
    """One row of the queue: whom the host answers and why. `is_message`: whether it can be pinned."""

    id: str
    name: str
    text: str
    why: str
    hold: str
    is_message: bool


class QueueFrame(TypedDict):
    """The queue of a page. `more` says how many turns are not shown; `problem` why a message was refused."""

    rows: list[QueueRow]
    more: str
    problem: str
    is_paused: bool


def queue_frame(report: QueueReport) -> QueueFrame:
    """Return the queue as a page shows it."""
    rest = report["total"] - len(report["turns"])
    more = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": intcomma(rest)}
    return {
        "rows": [_row(turn) for turn in report["turns"]],
        "more": more if rest > 0 else "",
        "problem": _problem(report["why"]),
        "is_paused": report["is_paused"],
    }


def _row(turn: QueuedTurnReport) -> QueueRow:
    return {
        "id": turn["id"],
        "name": cut(turn["name"], NAME_LENGTH),
        "text": _text(turn),
        "why": " · ".join(filter(None, map(_reason, turn["reasons"]))),
        "hold": turn["hold"],
        "is_message": turn["kind"] == TurnKind.COMMENT and turn["reasons"] != ["streamer"],
    }


def _text(turn: QueuedTurnReport) -> str:
    match turn["kind"]:
        case TurnKind.GIFT:
            gift = _("sent %(gift)s") % {"gift": cut(turn["gift"], NAME_LENGTH) or _("a gift")}
            return f"{gift} × {intcomma(turn['count'])}" if turn["count"] > 1 else gift
        case TurnKind.FOLLOW:
            text = _("started following")
        case TurnKind.SHARE:
            text = _("shared the live")
        case TurnKind.SUBSCRIBE:
            text = _("subscribed")
        case _:
            return cut(turn["text"], QUOTE_LENGTH)
    others = turn["others"]
    more = ngettext("and %(count)s other", "and %(count)s others", others) % {"count": intcomma(others)}
    return f"{text} ({more})" if others else text


def _reason(name: str) -> str:
    return {
        "streamer": _("Your message"),
        Hold.NEXT: _("You want it next"),
        Hold.PINNED: _("Pinned by you"),
        "help": _("Needs help"),
        "gift": _("Thanks for a gift"),
        "courtesy": _("Thanks"),
        "question": _("Asks a question"),
        "addressed": _("Talks to the host"),
        "gifter": _("Has sent gifts"),
        "newcomer": _("Not answered yet"),
        "trusted": _("Trusted viewer"),
    }.get(name, "")


def _problem(why: str) -> str:
    return {
        "gone": _("This message is too old: your host does not remember it."),
        "rules": _("Your rules block this message, so your host does not answer it."),
    }.get(why, "")
