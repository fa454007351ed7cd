"""A report as its page shows it: plain values go in, cards, a picture and filtered lines come out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from livesessions.pipeline.outcome import Outcome
from planner.stage.cues import NextAction

GOOD, BAD, PLAIN = "good", "bad", "plain"
CHART_WIDTH, CHAT_HEIGHT, HOST_TOP, HOST_HEIGHT, GAP = 900.0, 108.0, 120.0, 68.0, 1.5
STACKED = tuple(state.value for state in NextAction if state is not NextAction.REST)
SPOKEN = {Outcome.SPOKEN.value}
FILTERS = ("all", "answers", "thanks", "games", "own", "refused")
STATES_OF = {
    "answers": {NextAction.ANSWER.value},
    "thanks": {NextAction.THANK.value},
    "games": {NextAction.GAME.value},
    "own": {NextAction.ANNOUNCE.value, NextAction.TOPIC.value, NextAction.REST.value},
}


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure. `mood` says whether it is good; `before` is the figure of the rehearsal before."""

    title: str
    value: str
    words: str
    mood: str = PLAIN
    before: str = ""


def cards_of(report: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Card]:
    """Return the key figures in words, each with what it was the last time."""
    met = {check["key"]: check["met"] for check in report["checks"]}
    deck = _Deck(report["figures"], before or {})
    return [*_talk(deck, met), *_conduct(deck, met)]


@dataclass(frozen=True, slots=True)
class _Deck:
    """Makes cards of this rehearsal's figures and those of the one before."""

    now: Mapping[str, Any]
    then: Mapping[str, Any]

    def card(
        self, key: str, title: str, words: str, *, unit: str = "", places: int = 0, met: bool | None = None
    ) -> Card:
        value, before = _figure(self.now, key), _figure(self.then, key)
        mood = PLAIN if met is None or value is None else GOOD if met else BAD
        return Card(
            title=title,
            value=_shown(value, unit, places),
            words=words,
            mood=mood,
            before="" if before is None else _shown(before, unit, places),
        )


def _talk(deck: _Deck, met: Mapping[str, bool | None]) -> Iterator[Card]:
    now = deck.now
    states = now["replies_by_state"].items()
    by_state = ", ".join(f"{count} {state_name(state).lower()}" for state, count in states)
    yield deck.card("replies_per_minute", _("Replies a minute"), by_state, places=1)
    yield deck.card("questions_share", _("Questions answered"), _questions(now), unit="%")
    age = _("Half of the answers began within this time of the question. It should be under 10 s.")
    yield deck.card(
        "age_median_s", _("Age of the answered line"), age, unit="s", places=1, met=met["age_median_s"]
    )
    repeats = _("Lines that were too close to one of the last half hour. There should be none.")
    yield deck.card("repeats", _("Repetitions"), repeats, met=met["repeats"])


def _conduct(deck: _Deck, met: Mapping[str, bool | None]) -> Iterator[Card]:
    now = deck.now
    yield deck.card(
        "thanks_median_s",
        _("Thanks for gifts"),
        _thanks(now),
        unit="s",
        places=1,
        met=met["thanks_free_median_s"],
    )
    blocked = ngettext(
        "%(count)d line was blocked. It may be neither answered nor read.",
        "%(count)d lines were blocked. None of them may be answered or read.",
        now["blocked"],
    ) % {"count": now["blocked"]}
    is_clean = met["toxic_answered"] and met["toxic_said"]
    yield deck.card("toxic", _("Toxic lines let through"), blocked, met=is_clean)
    gap = _("The shortest time from the start of one answer to that of the next.")
    is_kept = met["gaps_too_short"] is not False
    kept = _("Your rules were kept.") if is_kept else _("It was shorter than your rules say.")
    yield deck.card("gap_min_s", _("Pace"), f"{gap} {kept}", unit="s", places=1, met=met["gaps_too_short"])
    longest = _("The longest lasted %(longest)s s. It should be under 30 s.") % {
        "longest": _number(now["silence_longest_s"], 0)
    }
    yield deck.card("silence_share", _("Silence"), longest, unit="%", met=met["silence_longest_s"])


def _figure(figures: Mapping[str, Any], key: str) -> float | None:
    if key == "toxic":
        return figures["toxic_answered"] + figures["toxic_said"] if figures else None
    figure: float | None = figures.get(key)
    return figure


def _shown(value: float | None, unit: str, places: int) -> str:
    if value is None:
        return "–"
    return _number(100 * value if unit == "%" else value, places) + (f" {unit}" if unit else "")


def _number(value: float, places: int) -> str:
    return str(formats.number_format(round(value, places), decimal_pos=places))


def _questions(figures: Mapping[str, Any]) -> str:
    if not figures["questions"]:
        return _("Nobody asked anything.")
    return _("%(answered)d of %(asked)d questions that may be answered.") % {
        "answered": figures["questions_answered"],
        "asked": figures["questions"],
    }


def _thanks(figures: Mapping[str, Any]) -> str:
    if not figures["gifts_thanked"]:
        return _("There were no gifts in this chat.")
    words = _(
        "From a gift's end to the first sound, for half of %(count)d. %(free)s s of it passed after your host"
        " had finished what it was saying: that should be under 1 s."
    )
    return words % {"count": figures["gifts_thanked"], "free": _number(figures["thanks_free_median_s"], 1)}


def state_name(state: str) -> str:
    """Return what the host's state is called."""
    names = {
        NextAction.ANSWER: pgettext("host's state", "Answers"),
        NextAction.THANK: pgettext("host's state", "Thanks"),
        NextAction.GAME: pgettext("host's state", "Games"),
        NextAction.ANNOUNCE: pgettext("host's state", "Announcements"),
        NextAction.TOPIC: pgettext("host's state", "Own topics"),
        NextAction.REST: pgettext("host's state", "Silence"),
    }
    return names.get(NextAction(state), state) if state in set(NextAction) else state


# --- the picture -----------------------------------------------------------------------------------


def chart_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chat's rate as bars and the host's time as stacked blocks, in the picture's own units."""
    timeline = report["timeline"]
    lines, lasts_s = timeline["lines"], max(timeline["lasts_s"], 1.0)
    most = max([*lines, 1])
    step = CHART_WIDTH / len(lines)
    bars = [
        {
            "x": _unit(place * step),
            "y": _unit(CHAT_HEIGHT * (1 - count / most)),
            "width": _unit(max(step - GAP, 1.0)),
            "height": _unit(CHAT_HEIGHT * count / most),
        }
        for place, count in enumerate(lines)
    ]
    shares = report["figures"]["time_by_state"]
    return {
        "bars": bars,
        "blocks": list(_blocks(timeline["spans"], lasts_s, len(lines))),
        "host_top": _unit(HOST_TOP),
        "host_height": _unit(HOST_HEIGHT),
        "most_per_minute": round(most * 60 / timeline["bucket_s"]),
        "ticks": [f"{lasts_s * quarter / 240:.0f}" for quarter in range(5)],
        "legend": [
            {"state": state, "name": state_name(state), "share": _number(100 * share, 0)}
            for state, share in sorted(shares.items(), key=lambda item: -item[1])
            if share
        ],
    }


def _blocks(
    spans: Sequence[tuple[float, float, str]], lasts_s: float, buckets: int
) -> Iterator[dict[str, str]]:
    """Yield how the host's time is shared in each bucket, from the bottom up."""
    bucket_s, step = lasts_s / buckets, CHART_WIDTH / buckets
    spent: list[dict[str, float]] = [{} for _ in range(buckets)]
    for begins_s, ends_s, state in spans:
        for place in range(int(begins_s / bucket_s), min(int(ends_s / bucket_s) + 1, buckets)):
            within_s = min(ends_s, (place + 1) * bucket_s) - max(begins_s, place * bucket_s)
            spent[place][state] = spent[place].get(state, 0.0) + max(within_s, 0.0)
    for place, times in enumerate(spent):
        bottom = HOST_TOP + HOST_HEIGHT
        for state in (state for state in STACKED if state in times):
            height = min(times[state] / bucket_s, 1.0) * HOST_HEIGHT
            bottom -= height
            yield {
                "state": state,
                "x": _unit(place * step),
                "y": _unit(max(bottom, HOST_TOP)),
                "width": _unit(max(step - GAP, 1.0)),
                "height": _unit(height),
            }


def _unit(value: float) -> str:
    """Return a number as SVG has it, whatever the page's language is."""
    return f"{value:.1f}"


# --- the script ------------------------------------------------------------------------------------


def script_of(report: Mapping[str, Any], only: str) -> list[dict[str, Any]]:
    """Return the script's lines that a filter lets through, as the page shows them."""
    return [_line(entry) for entry in report["script"] if _passes(entry, only)]


def filters_of(report: Mapping[str, Any], only: str) -> list[dict[str, Any]]:
    """Return the filters with how many lines each lets through."""
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
        {"key": key, "name": names[key], "count": counts[key], "is_chosen": key == only}
        for key in FILTERS
        if counts[key] or key in ("all", only)
    ]


def _passes(entry: Mapping[str, Any], only: str) -> bool:
    if only == "all":
        return True
    is_spoken = entry["outcome"] in SPOKEN
    if only == "refused":
        return not is_spoken
    return is_spoken and entry["state"] in STATES_OF[only]


def _line(entry: Mapping[str, Any]) -> dict[str, Any]:
    minutes, seconds = divmod(int(entry["at_s"]), 60)
    parts = [(name, part) for name, part in entry["score"].items() if name != "total" and part]
    return {
        **entry,
        "clock": f"{minutes}:{seconds:02d}",
        "state_name": state_name(entry["state"]),
        "is_spoken": entry["outcome"] in SPOKEN,
        "why_not": _why_not(entry),
        "total": entry["score"].get("total"),
        "parts": _joined(parts),
    }


def _joined(parts: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {formats.number_format(part)}" for name, part in parts)


def _why_not(entry: Mapping[str, Any]) -> str:
    if entry["outcome"] in SPOKEN:
        return _("Cut short by your rules") if entry["fault"].startswith("policy") else ""
    reasons = {
        Outcome.REFUSED: _("Refused by your rules"),
        Outcome.FAILED: _("Nothing could be said"),
        Outcome.HELD: _("Waited for approval"),
        Outcome.EXPIRED: _("Nobody approved it in time"),
        Outcome.REJECTED: _("Rejected"),
        Outcome.SKIPPED: _("Interrupted"),
    }
    return reasons.get(Outcome(entry["outcome"]), str(entry["outcome"]))


__all__ = ["FILTERS", "Card", "cards_of", "chart_of", "filters_of", "script_of", "state_name"]
