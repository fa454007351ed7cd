"""Prepares the script of a report's page: filters, and each line with its explanation."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from livesessions.pipeline.outcome import ReplyOutcome
from planner.stage.cues import NextAction
from rehearsals.rehearsal.report_cards import state_name

FILTERS = ("all", "answers", "thanks", "games", "own", "refused")
STATES_OF = {
    "answers": {NextAction.ANSWER.value},
    "thanks": {NextAction.THANK.value},
    "games": {NextAction.GAME.value},
    "own": {NextAction.ANNOUNCE.value, NextAction.TOPIC.value, NextAction.REST.value},
}


def filtered_script(report: Mapping[str, Any], chosen: str) -> list[dict[str, Any]]:
    """Return the script's lines that pass the chosen filter, as the page shows them."""
    return [_page_line(entry) for entry in report["script"] if _passes(entry, chosen)]


def script_filters(report: Mapping[str, Any], chosen: str) -> list[dict[str, Any]]:
    """Return the filters with their names and numbers of lines; those without a line are left out."""
    names = {
        "all": _("All"),
        "answers": pgettext("host's state", "Answers"),
        "thanks": pgettext("host's state", "Thanks"),
        "games": pgettext("host's state", "Games"),
        "own": _("Own words"),
        "refused": _("Not said"),
    }
    counts = {key: sum(_passes(entry, key) for entry in report["script"]) for key in FILTERS}
    return [
        {"key": key, "name": names[key], "count": counts[key], "is_chosen": key == chosen}
        for key in FILTERS
        if counts[key] or key in ("all", chosen)
    ]


def _passes(entry: Mapping[str, Any], chosen: str) -> bool:
    if chosen == "all":
        return True
    if chosen == "refused":
        return not _is_spoken(entry)
    return _is_spoken(entry) and entry["state"] in STATES_OF[chosen]


def _is_spoken(entry: Mapping[str, Any]) -> bool:
    return bool(entry["outcome"] == ReplyOutcome.SPOKEN)


def _page_line(entry: Mapping[str, Any]) -> dict[str, Any]:
    minutes, seconds = divmod(int(entry["at_s"]), 60)
    parts = [(name, part) for name, part in entry["score"].items() if name != "total" and part]
    return {
        **entry,
        "clock": f"{minutes}:{seconds:02d}",
        "state_name": state_name(entry["state"]),
        "is_spoken": _is_spoken(entry),
        "why_not": _why_not(entry),
        "total": entry["score"].get("total"),
        "parts": _score_parts(parts),
    }


def _score_parts(parts: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {formats.number_format(part)}" for name, part in parts)


def _why_not(entry: Mapping[str, Any]) -> str:
    if _is_spoken(entry):
        return _("Cut short by your rules") if entry["fault"].startswith("policy") else ""
    reasons = {
        ReplyOutcome.REFUSED: _("Refused by your rules"),
        ReplyOutcome.FAILED: _("Failed"),
        ReplyOutcome.HELD: _("Waited for approval"),
        ReplyOutcome.EXPIRED: _("Not approved in time"),
        ReplyOutcome.REJECTED: _("Rejected"),
        ReplyOutcome.SKIPPED: _("Interrupted"),
    }
    return reasons.get(ReplyOutcome(entry["outcome"]), str(entry["outcome"]))
