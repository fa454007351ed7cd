"""Builds the key-figure cards of a report's page, in the reader's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from planner.stage.cues import NextAction

GOOD, BAD, PLAIN = "good", "bad", "plain"


@dataclass(frozen=True, slots=True)
class FigureCard:
    """One key figure of the page.

    - `mood`: whether the figure meets its target (`GOOD`, `BAD`), or `PLAIN` without a target.
    - `before`: the figure of the previous rehearsal, or empty.
    """

    title: str
    value: str
    words: str
    mood: str = PLAIN
    before: str = ""


def figure_cards(report: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[FigureCard]:
    """Return the cards of a report; `before` has the figures of the previous rehearsal."""
    met = {check["key"]: check["met"] for check in report["checks"]}
    factory = _CardFactory(report["figures"], before or {})
    return [*_reply_cards(factory, met), *_rule_cards(factory, met)]


def state_name(state: str) -> str:
    """Return the display name of a host's state."""
    names = {
        NextAction.ANSWER: pgettext("host's state", "Answers"),
        NextAction.THANK: pgettext("host's state", "Thanks"),
        NextAction.GAME: pgettext("host's state", "Games"),
        NextAction.ANNOUNCE: pgettext("host's state", "Announcements"),
        NextAction.TOPIC: pgettext("host's state", "Own topics"),
        NextAction.REST: pgettext("host's state", "Silence"),
    }
    return names.get(NextAction(state), state) if state in set(NextAction) else state


def localized(value: float, places: int) -> str:
    """Return a number in the reader's format."""
    return str(formats.number_format(round(value, places), decimal_pos=places))


@dataclass(frozen=True, slots=True)
class _CardFactory:
    """Makes cards from the figures of this rehearsal and of the previous one."""

    current: Mapping[str, Any]
    previous: Mapping[str, Any]

    def card(
        self, key: str, title: str, words: str, *, unit: str = "", places: int = 0, met: bool | None = None
    ) -> FigureCard:
        value, before = _figure(self.current, key), _figure(self.previous, key)
        mood = PLAIN if met is None or value is None else GOOD if met else BAD
        return FigureCard(
            title=title,
            value=_formatted(value, unit, places),
            words=words,
            mood=mood,
            before="" if before is None else _formatted(before, unit, places),
        )


def _reply_cards(factory: _CardFactory, met: Mapping[str, bool | None]) -> Iterator[FigureCard]:
    figures = factory.current
    states = figures["replies_by_state"].items()
    by_state = ", ".join(f"{count} {state_name(state).lower()}" for state, count in states)
    yield factory.card("replies_per_minute", _("Replies a minute"), by_state, places=1)
    yield factory.card("questions_share", _("Questions answered"), _questions(figures), unit="%")
    age = _("For half of the answers, the time from the question to the first sound. Target: under 10 s.")
    yield factory.card(
        "age_median_s", _("Time to the answer"), age, unit="s", places=1, met=met["age_median_s"]
    )
    repeats = _("Sentences very similar to one of the last 30 minutes. Target: none.")
    yield factory.card("repeats", _("Repetitions"), repeats, met=met["repeats"])


def _rule_cards(factory: _CardFactory, met: Mapping[str, bool | None]) -> Iterator[FigureCard]:
    figures = factory.current
    yield factory.card(
        "thanks_median_s",
        _("Thanks for gifts"),
        _thanks(figures),
        unit="s",
        places=1,
        met=met["thanks_free_median_s"],
    )
    blocked = ngettext(
        "Your rules blocked %(count)d message. The host must not answer or read it.",
        "Your rules blocked %(count)d messages. The host must not answer or read them.",
        figures["blocked"],
    ) % {"count": figures["blocked"]}
    is_clean = met["toxic_answered"] and met["toxic_said"]
    yield factory.card("toxic", _("Blocked messages answered or read"), blocked, met=is_clean)
    yield factory.card("gap_min_s", _("Pace"), _pace(met), unit="s", places=1, met=met["gaps_too_short"])
    longest = _("The longest silence was %(longest)s s. Target: under 30 s.") % {
        "longest": localized(figures["silence_longest_s"], 0)
    }
    yield factory.card("silence_share", _("Silence"), longest, unit="%", met=met["silence_longest_s"])


def _pace(met: Mapping[str, bool | None]) -> str:
    gap = _("The shortest time between the starts of two answers.")
    is_kept = met["gaps_too_short"] is not False
    kept = _("Your rules were respected.") if is_kept else _("It is shorter than your rules allow.")
    return f"{gap} {kept}"


def _figure(figures: Mapping[str, Any], key: str) -> float | None:
    if key == "toxic":
        return figures["toxic_answered"] + figures["toxic_said"] if figures else None
    figure: float | None = figures.get(key)
    return figure


def _formatted(value: float | None, unit: str, places: int) -> str:
    if value is None:
        return "–"
    return localized(100 * value if unit == "%" else value, places) + (f" {unit}" if unit else "")


def _questions(figures: Mapping[str, Any]) -> str:
    if not figures["questions"]:
        return _("Nobody asked a question.")
    return _("%(answered)d of %(asked)d questions that your rules allow.") % {
        "answered": figures["questions_answered"],
        "asked": figures["questions"],
    }


def _thanks(figures: Mapping[str, Any]) -> str:
    if not figures["gifts_thanked"]:
        return _("There were no gifts in this chat.")
    words = _(
        "For half of %(count)d gifts, the time from the gift to the first sound. The host was free for"
        " %(free)s s of it. Target: under 1 s."
    )
    return words % {"count": figures["gifts_thanked"], "free": localized(figures["thanks_free_median_s"], 1)}
